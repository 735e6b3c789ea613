"""The interface of everything that has an id."""

import strawberry


@strawberry.interface(description="Anything with an id that stays the same for ever. Fetch it again by `node`.")
class Node:
    """Anything with a global id."""

    id: strawberry.ID = strawberry.field(description="Opaque: store it, send it back, never take it apart.")
