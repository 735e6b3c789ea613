"""Recording the provider's outcome: the one place that adds seats."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from models.database.clock import now
from models.errors import PaymentDeclined
from models.events.events import EventType, record_event
from models.reads.inventory import Inventory, PoolCounts, read_inventory
from models.rules.account_transaction import account_transaction
from models.rules.carts import take_from_cart
from models.rules.payment_provider import ChargeOutcome
from models.rules.row_snapshots import row_from_snapshot, row_snapshot
from models.rules.seats import add_seats
from models.tables import (
    Account,
    IdempotencyRecord,
    Payment,
    PaymentState,
    Purchase,
    PurchaseLine,
    PurchaseState,
    SeatGrant,
)

LOOK_AGAIN = timedelta(seconds=30)
SETTLED = {PaymentState.SUCCEEDED, PaymentState.DECLINED}


@dataclass(frozen=True)
class PurchaseProceeded:
    """The purchase, its payment, and the seats of the account after it."""

    purchase: Purchase
    payment: Payment
    inventory: Inventory


async def settle_payment(payment: Payment, outcome: ChargeOutcome) -> PurchaseProceeded:
    """Record the provider's outcome once: a second call gets the first one's answer.

    Raises PaymentDeclined when the payment is, or was before, declined.
    """
    async with account_transaction(payment.account_id) as account:
        settled = await Payment.get(id=payment.id)
        purchase = await Purchase.get(id=payment.purchase_id)
        if settled.state not in SETTLED:
            if outcome.state is PaymentState.SUCCEEDED:
                await _complete(account, purchase, settled)
            elif outcome.state is PaymentState.DECLINED:
                await _decline(account, purchase, settled, outcome.decline_code)
            else:
                await _wait(settled, outcome)
        if settled.state not in SETTLED:
            return PurchaseProceeded(purchase, settled, await read_inventory(account.id))
        answer = await _keep_answer(account, purchase, settled)
    return answer_again(answer)


def answer_again(answer: dict[str, Any]) -> PurchaseProceeded:
    """The stored answer. Raises PaymentDeclined if that was the answer."""
    purchase = row_from_snapshot(Purchase, answer["purchase"])
    payment = row_from_snapshot(Payment, answer["payment"])
    if payment.state is PaymentState.DECLINED:
        raise PaymentDeclined(purchase, payment)
    return PurchaseProceeded(purchase, payment, Inventory.from_json(answer["inventory"]))


async def _complete(account: Account, purchase: Purchase, payment: Payment) -> None:
    purchase.state = PurchaseState.COMPLETED
    purchase.completed_at = now()
    await purchase.save(update_fields=["state", "completed_at"])
    await _settle(payment, PaymentState.SUCCEEDED)
    lines = await PurchaseLine.filter(purchase_id=purchase.id).order_by("id")
    pools = [await _grant(account, line) for line in lines]
    if purchase.cart_version is not None:
        await take_from_cart(purchase.owner_id, {line.package_id: line.quantity for line in lines})
    await record_event(
        account,
        EventType.PURCHASE_COMPLETED,
        by=purchase.buyer_id,
        data={
            "purchase_id": purchase.id,
            "user_id": purchase.buyer_id,
            "seats": [{"package_id": line.package_id, "quantity": line.quantity} for line in lines],
        },
        pools=pools,
    )


async def _grant(account: Account, line: PurchaseLine) -> PoolCounts:
    await SeatGrant.create(
        account_id=account.id,
        package_id=line.package_id,
        purchase_line_id=line.id,
        quantity=line.quantity,
        term=line.term,
        granted_at=now(),
    )
    return await add_seats(account.id, line.package_id, line.quantity)


async def _decline(account: Account, purchase: Purchase, payment: Payment, decline_code: str | None) -> None:
    purchase.state = PurchaseState.FAILED
    await purchase.save(update_fields=["state"])
    payment.decline_code = decline_code
    await _settle(payment, PaymentState.DECLINED)
    data = {"purchase_id": purchase.id, "decline_code": decline_code}
    await record_event(account, EventType.PURCHASE_FAILED, by=purchase.buyer_id, data=data)


async def _settle(payment: Payment, state: PaymentState) -> None:
    payment.state = state
    payment.client_secret = None
    payment.settled_at = now()
    payment.look_at = None
    await payment.save(update_fields=["state", "client_secret", "decline_code", "settled_at", "look_at"])


async def _wait(payment: Payment, outcome: ChargeOutcome) -> None:
    payment.state = outcome.state
    payment.client_secret = outcome.client_secret
    payment.look_at = now() + LOOK_AGAIN
    await payment.save(update_fields=["state", "client_secret", "look_at"])


async def _keep_answer(account: Account, purchase: Purchase, payment: Payment) -> dict[str, Any]:
    # None where the key's retention is over and another process has just settled the payment.
    record_of_call = await IdempotencyRecord.get_or_none(payment_id=payment.id)
    if record_of_call is not None and record_of_call.answer is not None:
        return record_of_call.answer
    answer = {
        "purchase": row_snapshot(purchase),
        "payment": row_snapshot(payment),
        "inventory": (await read_inventory(account.id)).as_json(),
    }
    if record_of_call is not None:
        record_of_call.answer = answer
        await record_of_call.save(update_fields=["answer"])
    return answer
