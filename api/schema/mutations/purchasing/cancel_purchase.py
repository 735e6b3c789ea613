"""cancelPurchase."""

from typing import Annotated

import strawberry

from api.schema.context import Info
from api.schema.errors import NotFoundError, NotPermittedError, PurchaseNotOpenError
from api.schema.ids import decode_id
from api.schema.mutations.mutation import mutation
from api.schema.types.purchase import Purchase
from models.operations.purchasing import cancel_purchase as operation


@strawberry.input(description="Which purchase to give up.")
class CancelPurchaseInput:
    purchase_id: strawberry.ID = strawberry.field(
        description="A purchase that waits for acceptance, or whose payment was declined."
    )


@strawberry.type(description="The purchase is cancelled; the cart is as it was.")
class PurchaseCancelled:
    purchase: Purchase = strawberry.field(description="The cancelled purchase.")


CancelPurchasePayload = Annotated[
    PurchaseCancelled | PurchaseNotOpenError | NotFoundError | NotPermittedError,
    strawberry.union("CancelPurchasePayload", description="What cancelPurchase answers."),
]


@mutation
async def cancel_purchase(
    info: Info,
    input: Annotated[CancelPurchaseInput, strawberry.argument(description="Which purchase.")],
) -> CancelPurchasePayload:
    """Gives up a purchase that was not paid; again answers the same. Needs PURCHASE."""
    viewer = info.context.require_viewer()
    purchase_id = decode_id("Purchase", input.purchase_id)
    purchase = await operation.cancel_purchase(viewer, purchase_id=purchase_id)
    return PurchaseCancelled(purchase=Purchase.of(purchase))
