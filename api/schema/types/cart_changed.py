"""CartChanged, the answer of every mutation that edits the cart."""

import strawberry

from api.schema.types.cart import Cart


@strawberry.type(description="The cart was edited.")
class CartChanged:
    """The cart was edited."""

    cart: Cart = strawberry.field(description="The cart after the edit.")
