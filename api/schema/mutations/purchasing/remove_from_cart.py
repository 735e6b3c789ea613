"""removeFromCart."""

from typing import Annotated

import strawberry

from api.schema.context import Info
from api.schema.errors import NotFoundError, NotPermittedError
from api.schema.ids import decode_id
from api.schema.mutations.mutation import mutation
from api.schema.types.cart import Cart
from api.schema.types.cart_changed import CartChanged
from models.operations.purchasing import remove_from_cart as operation


@strawberry.input(description="Which line to remove.")
class RemoveFromCartInput:
    cart_line_id: strawberry.ID = strawberry.field(description="A line of the viewer's cart.")


RemoveFromCartPayload = Annotated[
    CartChanged | NotFoundError | NotPermittedError,
    strawberry.union("RemoveFromCartPayload", description="What removeFromCart answers."),
]


@mutation
async def remove_from_cart(
    info: Info,
    input: Annotated[RemoveFromCartInput, strawberry.argument(description="What to remove.")],
) -> RemoveFromCartPayload:
    """Removes a line from the cart. Needs PURCHASE."""
    viewer = info.context.require_viewer()
    line_id = decode_id("CartLine", input.cart_line_id)
    cart = await operation.remove_from_cart(viewer, cart_line_id=line_id)
    return CartChanged(cart=Cart.of(cart))
