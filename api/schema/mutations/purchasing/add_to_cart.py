"""addToCart."""

from typing import Annotated

import strawberry

from api.schema.context import Info
from api.schema.errors import InvalidInputError, NotFoundError, NotPermittedError
from api.schema.ids import decode_id
from api.schema.mutations.mutation import mutation
from api.schema.types.cart import Cart
from api.schema.types.cart_changed import CartChanged
from models.operations.purchasing import add_to_cart as operation


@strawberry.input(description="What to add.")
class AddToCartInput:
    package_id: strawberry.ID = strawberry.field(description="A package on sale.")
    quantity: int = strawberry.field(description="1 to 10 000; a package already in the cart gets the sum.")


AddToCartPayload = Annotated[
    CartChanged | InvalidInputError | NotFoundError | NotPermittedError,
    strawberry.union("AddToCartPayload", description="What addToCart answers."),
]


@mutation
async def add_to_cart(
    info: Info,
    input: Annotated[AddToCartInput, strawberry.argument(description="What to add.")],
) -> AddToCartPayload:
    """Adds seats of a package to the viewer's cart. Needs PURCHASE."""
    cart = await operation.add_to_cart(
        info.context.require_viewer(),
        package_id=decode_id("Package", input.package_id),
        quantity=input.quantity,
    )
    return CartChanged(cart=Cart.of(cart))
