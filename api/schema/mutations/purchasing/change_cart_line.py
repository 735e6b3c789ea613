"""changeCartLine."""

from typing import Annotated

import strawberry

from api.schema.context import Info
from api.schema.errors import InvalidInputError, NotFoundError, NotPermittedError
from api.schema.ids import decode_id
from api.schema.mutations.mutation import mutation
from api.schema.types.cart import Cart
from api.schema.types.cart_changed import CartChanged
from models.operations.purchasing import change_cart_line as operation


@strawberry.input(description="Which line, and its new quantity.")
class ChangeCartLineInput:
    cart_line_id: strawberry.ID = strawberry.field(description="A line of the viewer's cart.")
    quantity: int = strawberry.field(description="1 to 10 000; 0 removes the line.")


ChangeCartLinePayload = Annotated[
    CartChanged | InvalidInputError | NotFoundError | NotPermittedError,
    strawberry.union("ChangeCartLinePayload", description="What changeCartLine answers."),
]


@mutation
async def change_cart_line(
    info: Info,
    input: Annotated[ChangeCartLineInput, strawberry.argument(description="What to change.")],
) -> ChangeCartLinePayload:
    """Sets the quantity of a cart line. Needs PURCHASE."""
    cart = await operation.change_cart_line(
        info.context.require_viewer(),
        cart_line_id=decode_id("CartLine", input.cart_line_id),
        quantity=input.quantity,
    )
    return CartChanged(cart=Cart.of(cart))
