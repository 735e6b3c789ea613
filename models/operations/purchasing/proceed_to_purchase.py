"""Accepting a purchase and paying for it."""

from typing import Any
from uuid import UUID

from models.access.viewer import Viewer
from models.database.clock import now
from models.errors import InvalidInput, NotFound, PurchaseNotAccepted, PurchaseNotOpen
from models.events.events import EventType, record_event
from models.operations.purchasing.settle_payment import LOOK_AGAIN, PurchaseProceeded, answer_again, settle_payment
from models.permissions import Permission
from models.reads.inventory import read_inventory
from models.rules.account_transaction import viewer_transaction
from models.rules.carts import lock_cart_version
from models.rules.idempotency import check_key, find_record, keep_record
from models.rules.payment_provider import PaymentProvider, ProviderUnavailable
from models.rules.purchases import seats_beyond_limit
from models.tables import (
    Account,
    Payment,
    PaymentState,
    Purchase,
    PurchaseLine,
    PurchaseState,
)

OPERATION = "proceedToPurchase"


async def proceed_to_purchase(
    viewer: Viewer,
    *,
    purchase_id: UUID,
    accept_licenses: bool,
    payment_method: str,
    idempotency_key: str,
    provider: PaymentProvider,
) -> PurchaseProceeded:
    """Accept a validated purchase and pay. The seats exist once the payment is confirmed, exactly once.

    Two transactions with the provider between them: the intent is on record before the provider is asked,
    and either half may be repeated. A call that dies anywhere is finished by the next one with its key, or by
    `reconcile_payments`.

    Raises NotPermitted, InvalidInput, IdempotencyMismatch, NotFound, PurchaseNotAccepted, PurchaseNotOpen,
    PaymentDeclined.
    """
    viewer.require(Permission.PURCHASE)
    check_key(idempotency_key)
    values = {
        "purchase_id": purchase_id,
        "accept_licenses": accept_licenses,
        "payment_method": payment_method,
    }
    async with viewer_transaction(viewer, Permission.PURCHASE) as account:
        earlier = await find_record(account, OPERATION, idempotency_key, values)
        if earlier is None:
            _require_known(payment_method, provider)
            purchase = await _find_open(account, purchase_id, accepted=accept_licenses)
            payment = await _record_intent(account, viewer, purchase, provider.name, payment_method)
            await keep_record(account, OPERATION, idempotency_key, values, answer=None, payment_id=payment.id)
        else:
            payment = await Payment.get(id=earlier.payment_id)
    if earlier is not None and earlier.answer is not None:
        return answer_again(earlier.answer)
    return await _charge(payment, provider)


def _require_known(payment_method: str, provider: PaymentProvider) -> None:
    if not provider.accepts(payment_method):
        raise InvalidInput([(("paymentMethod",), "The provider knows no such payment method.")])


async def _find_open(account: Account, purchase_id: UUID, *, accepted: bool) -> Purchase:
    purchase = await Purchase.get_or_none(id=purchase_id, account_id=account.id)
    if purchase is None:
        raise NotFound("Purchase", purchase_id)
    if purchase.state not in {PurchaseState.AWAITING_ACCEPTANCE, PurchaseState.FAILED}:
        raise PurchaseNotOpen(purchase, f"The purchase is {purchase.state}.")
    if purchase.expires_at <= now():
        raise PurchaseNotOpen(purchase, f"The frozen prices have expired. {_again(purchase)}")
    if purchase.cart_version is not None:
        await _require_same_cart(purchase)
    await _require_room(purchase)
    if not accepted:
        raise PurchaseNotAccepted
    return purchase


async def _require_room(purchase: Purchase) -> None:
    """Refuse a purchase before the charge if its seats could not be added."""
    lines = await PurchaseLine.filter(account_id=purchase.account_id, purchase_id=purchase.id)
    quantities = {line.package_id: line.quantity for line in lines}
    if beyond := await seats_beyond_limit(purchase.account_id, quantities):
        raise PurchaseNotOpen(purchase, " ".join(beyond.values()))


def _again(purchase: Purchase) -> str:
    return "Prepare it again." if purchase.cart_version is None else "Validate the cart again."


async def _require_same_cart(purchase: Purchase) -> None:
    if await lock_cart_version(purchase.owner_id) != purchase.cart_version:
        raise PurchaseNotOpen(purchase, "The cart was edited since. Validate it again.")
    if await _another_is_being_paid(purchase):
        raise PurchaseNotOpen(purchase, "Another purchase of this cart waits for its payment.")


async def _another_is_being_paid(purchase: Purchase) -> bool:
    """Whether the same cart, validated before, is on its way to being paid: one cart is never bought twice."""
    same_cart = Purchase.filter(
        account_id=purchase.account_id,
        buyer_id=purchase.buyer_id,
        api_key_id=purchase.api_key_id,
        cart_version=purchase.cart_version,
    )
    return await same_cart.filter(state=PurchaseState.AWAITING_PAYMENT).exists()


async def _record_intent(
    account: Account, viewer: Viewer, purchase: Purchase, provider: str, payment_method: str
) -> Payment:
    purchase.state = PurchaseState.AWAITING_PAYMENT
    purchase.accepted_at = now()
    await purchase.save(update_fields=["state", "accepted_at"])
    payment = await Payment.create(
        account_id=account.id,
        purchase_id=purchase.id,
        provider=provider,
        method=payment_method,
        state=PaymentState.PROCESSING,
        amount=purchase.total,
        currency=purchase.currency,
        created_at=now(),
        look_at=now() + LOOK_AGAIN,
    )
    data: dict[str, Any] = {"purchase_id": purchase.id, "payment_id": payment.id}
    await record_event(account, EventType.PURCHASE_ACCEPTED, by=viewer.actor_id, data=data)
    return payment


async def _charge(payment: Payment, provider: PaymentProvider) -> PurchaseProceeded:
    try:
        outcome = await provider.charge(payment)
    except ProviderUnavailable:
        purchase = await Purchase.get(id=payment.purchase_id)
        return PurchaseProceeded(purchase, payment, await read_inventory(payment.account_id))
    return await settle_payment(payment, outcome)
