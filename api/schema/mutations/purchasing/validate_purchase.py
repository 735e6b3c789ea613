"""validatePurchase."""

from typing import Annotated

import strawberry

from api.schema.context import Info
from api.schema.errors import CartChangedError, CartEmptyError, InvalidInputError, NotPermittedError
from api.schema.mutations.mutation import mutation
from api.schema.types.purchase import Purchase
from models.operations.purchasing import validate_purchase as operation


@strawberry.input(description="The cart that the buyer looked at.")
class ValidatePurchaseInput:
    cart_version: str = strawberry.field(description="The cart version the buyer looked at.")


@strawberry.type(description="What the confirmation pop-up shows: the licenses that will be added, at frozen prices.")
class PurchaseValidated:
    purchase: Purchase = strawberry.field(description="Waits for acceptance until `expiresAt`.")
    replaced: Purchase | None = strawberry.field(
        description="The purchase that waited before, now CANCELLED, or EXPIRED where its prices had run out:"
        " only the newest one waits. Null when none waited."
    )


ValidatePurchasePayload = Annotated[
    PurchaseValidated | CartEmptyError | CartChangedError | InvalidInputError | NotPermittedError,
    strawberry.union("ValidatePurchasePayload", description="What validatePurchase answers."),
]


@mutation
async def validate_purchase(
    info: Info,
    input: Annotated[ValidatePurchaseInput, strawberry.argument(description="Which cart.")],
) -> ValidatePurchasePayload:
    """Turns the cart into a purchase that waits for acceptance, prices frozen for 30 minutes: what the confirmation
    pop-up shows. The cart stays until the purchase is paid. Needs PURCHASE.
    """
    viewer = info.context.require_viewer()
    done = await operation.validate_purchase(viewer, cart_version=input.cart_version)
    replaced = Purchase.of(done.replaced) if done.replaced else None
    return PurchaseValidated(purchase=Purchase.of(done.purchase), replaced=replaced)
