"""Turning the cart into a purchase that waits for acceptance."""

from dataclasses import dataclass

from models.access.viewer import Viewer
from models.database.clock import now
from models.errors import CartEmpty, CartOutdated, InvalidInput
from models.events.events import EventType, record_event
from models.permissions import Permission
from models.rules.account_transaction import viewer_transaction
from models.rules.carts import lock_cart_version, read_cart
from models.rules.purchases import facts_of, freeze_purchase, problems_of
from models.tables import Account, Purchase, PurchaseState


@dataclass(frozen=True)
class PurchaseValidated:
    """The purchase that waits for acceptance, and the one that it replaced; None where none waited."""

    purchase: Purchase
    replaced: Purchase | None = None


async def validate_purchase(viewer: Viewer, *, cart_version: str) -> PurchaseValidated:
    """Freeze the cart's lines and prices for 30 minutes, for the buyer to accept.

    A purchase of the same cart's owner that still waits is cancelled: there is one pop-up at a time.
    Raises NotPermitted, CartOutdated when the cart is not at the version the buyer looked at, CartEmpty, InvalidInput
    when it costs more, or brings more seats, than there can be.
    """
    async with viewer_transaction(viewer, Permission.PURCHASE) as account:
        version = await lock_cart_version(viewer.cart_owner_id)
        if cart_version != str(version):
            raise CartOutdated
        cart = await read_cart(viewer.cart_owner_id)
        if not cart.lines:
            raise CartEmpty
        if problems := await problems_of(account, cart.lines):
            raise InvalidInput([(("cartVersion",), text) for _, text in problems])
        replaced = await _cancel_waiting(account, viewer)
        purchase = await freeze_purchase(account, viewer, cart.lines, cart_version=cart.version)
        await record_event(account, EventType.PURCHASE_VALIDATED, by=viewer.actor_id, data=facts_of(purchase))
    return PurchaseValidated(purchase, replaced)


async def _cancel_waiting(account: Account, viewer: Viewer) -> Purchase | None:
    """End and return the cart's purchase that still waits; the database holds that there is one at most."""
    waiting = await Purchase.get_or_none(
        account_id=account.id,
        buyer_id=viewer.buyer_id,
        api_key_id=viewer.api_key_id,
        state=PurchaseState.AWAITING_ACCEPTANCE,
        cart_version__not_isnull=True,
    )
    if waiting is None:
        return None
    expired = waiting.expires_at <= now()
    waiting.state = PurchaseState.EXPIRED if expired else PurchaseState.CANCELLED
    await waiting.save(update_fields=["state"])
    if not expired:
        await record_event(account, EventType.PURCHASE_CANCELLED, by=viewer.actor_id, data=facts_of(waiting))
    return waiting
