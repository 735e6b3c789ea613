"""Giving up a purchase that was not paid."""

from uuid import UUID

from models.access.viewer import Viewer
from models.database.clock import now
from models.errors import NotFound, PurchaseNotOpen
from models.events.events import EventType, record_event
from models.permissions import Permission
from models.rules.account_transaction import viewer_transaction
from models.rules.purchases import facts_of
from models.tables import Purchase, PurchaseState

CANCELLABLE = {PurchaseState.AWAITING_ACCEPTANCE, PurchaseState.FAILED}


async def cancel_purchase(viewer: Viewer, *, purchase_id: UUID) -> Purchase:
    """Cancel a purchase that waits for acceptance or whose payment was declined; the cart stays.

    Cancelling again answers the same. Raises NotPermitted, NotFound, PurchaseNotOpen.
    """
    async with viewer_transaction(viewer, Permission.PURCHASE) as account:
        purchase = await Purchase.get_or_none(id=purchase_id, account_id=account.id)
        if purchase is None:
            raise NotFound("Purchase", purchase_id)
        if purchase.state is PurchaseState.CANCELLED:
            return purchase
        if purchase.state_at(now()) not in CANCELLABLE:
            raise PurchaseNotOpen(purchase, f"The purchase is {purchase.state_at(now())}.")
        purchase.state = PurchaseState.CANCELLED
        await purchase.save(update_fields=["state"])
        await record_event(account, EventType.PURCHASE_CANCELLED, by=viewer.actor_id, data=facts_of(purchase))
    return purchase
