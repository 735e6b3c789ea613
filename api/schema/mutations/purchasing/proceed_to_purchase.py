"""proceedToPurchase."""

from typing import Annotated
from uuid import UUID

import strawberry

from api.schema.context import Info
from api.schema.errors import (
    IdempotencyMismatchError,
    InvalidInputError,
    NotFoundError,
    NotPermittedError,
    PaymentDeclinedError,
    PurchaseNotAcceptedError,
    PurchaseNotOpenError,
)
from api.schema.ids import decode_id
from api.schema.mutations.mutation import mutation
from api.schema.types.cart import Cart
from api.schema.types.purchase import Purchase
from api.schema.types.seats import SeatInventory
from engine.breadth_first.loaders import awaits_loaders_only
from models.operations.purchasing import proceed_to_purchase as operation


@strawberry.input(description="The acceptance, and how to pay.")
class ProceedToPurchaseInput:
    purchase_id: strawberry.ID = strawberry.field(description="What validatePurchase or preparePurchase answered.")
    accept_licenses: bool = strawberry.field(
        description="The pop-up's tick: the licenses will be added to the account. False is refused."
    )
    payment_method: str = strawberry.field(
        description="Provider's payment method; the sandbox provider takes pm_card_visa,"
        " and pm_card_chargeDeclined declines."
    )
    idempotency_key: str = strawberry.field(
        description="1 to 255 printable ASCII characters, new for each wish to pay. Same key, same input:"
        " the first answer again and no second charge. Same key, other input: IDEMPOTENCY_MISMATCH. A key is"
        " remembered until the payment is settled, and for 30 days unless the operator has set another time. After"
        " that nothing is charged again: the purchase is not open any more, PURCHASE_NOT_OPEN."
    )


@strawberry.type(description="COMPLETED with fresh pools, or AWAITING_PAYMENT with payment.clientSecret.")
class PurchaseProceeded:
    """The purchase went on."""

    account_id: strawberry.Private[UUID]
    cart_owner_id: strawberry.Private[UUID]
    purchase: Purchase = strawberry.field(description="The purchase as it is now.")
    seat_inventory: SeatInventory = strawberry.field(description="The account's seats after it.")

    @strawberry.field(
        description="The cart of the user or API key that the purchase is of, as it is now, also when the same"
        " idempotency key answers again. What was paid for is no longer in it; while the payment waits, it still is."
        " What preparePurchase made takes nothing from it."
    )
    @awaits_loaders_only
    async def cart(self, info: Info) -> Cart:
        """The cart after the purchase."""
        cart = await info.context.loaders(self.account_id).carts.load(self.cart_owner_id)
        if cart is None:
            raise LookupError("everybody who buys has a cart, if only an empty one")
        return Cart.of(cart)


ProceedToPurchasePayload = Annotated[
    PurchaseProceeded
    | PurchaseNotAcceptedError
    | PurchaseNotOpenError
    | PaymentDeclinedError
    | IdempotencyMismatchError
    | InvalidInputError
    | NotFoundError
    | NotPermittedError,
    strawberry.union("ProceedToPurchasePayload", description="What proceedToPurchase answers."),
]


@mutation
async def proceed_to_purchase(
    info: Info,
    input: Annotated[ProceedToPurchaseInput, strawberry.argument(description="How to go on.")],
) -> ProceedToPurchasePayload:
    """Accepts and pays. The seats exist once payment is confirmed, and not before. Needs PURCHASE."""
    done = await operation.proceed_to_purchase(
        info.context.require_viewer(),
        purchase_id=decode_id("Purchase", input.purchase_id),
        accept_licenses=input.accept_licenses,
        payment_method=input.payment_method,
        idempotency_key=input.idempotency_key,
        provider=info.context.services.provider,
    )
    return PurchaseProceeded(
        account_id=done.purchase.account_id,
        cart_owner_id=done.purchase.owner_id,
        purchase=Purchase.of(done.purchase, done.payment),
        seat_inventory=SeatInventory.of(done.inventory),
    )
