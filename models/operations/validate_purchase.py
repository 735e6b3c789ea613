"""Turning the cart into a purchase that waits for acceptance."""

from dataclasses import dataclass
from datetime import timedelta

from models.account_transaction import viewer_transaction
from models.carts import CartContents, lock_cart_version, read_cart
from models.clock import now
from models.database import fetch_one
from models.errors import CartChanged, CartEmpty
from models.events import EventType, record
from models.permission import Permission
from models.tables import Account, Purchase, PurchaseLine, PurchaseState, Term
from models.viewer import Viewer

PRICES_HOLD = timedelta(minutes=30)


@dataclass(frozen=True)
class PurchaseValidated:
    """The purchase that waits for acceptance, and the one whose place it took; None where none waited."""

    purchase: Purchase
    replaced: Purchase | None = None


async def validate_purchase(viewer: Viewer, *, cart_version: str) -> PurchaseValidated:
    """Freeze the cart's lines and prices for 30 minutes, for the buyer to accept.

    A purchase of the same buyer that still waits is cancelled: there is one pop-up at a time.
    Raises NotPermitted, CartChanged when the cart is not at the version the buyer looked at, CartEmpty.
    """
    viewer.require(Permission.PURCHASE)
    async with viewer_transaction(viewer, Permission.PURCHASE) as account:
        version = await lock_cart_version(viewer.buyer_id)
        if cart_version != str(version):
            raise CartChanged
        cart = await read_cart(viewer.buyer_id)
        if not cart.lines:
            raise CartEmpty
        replaced = await _cancel_waiting(account, viewer)
        purchase = await _freeze(account, viewer, cart)
        await record(
            account,
            EventType.PURCHASE_VALIDATED,
            by=viewer.actor_id,
            data={"purchase_id": purchase.id, "number": purchase.number},
        )
    return PurchaseValidated(purchase, replaced)


async def _cancel_waiting(account: Account, viewer: Viewer) -> Purchase | None:
    """End and return the purchase that still waits; the database holds that there is one at most."""
    waiting = await Purchase.get_or_none(
        account_id=account.id, buyer_id=viewer.buyer_id, state=PurchaseState.AWAITING_ACCEPTANCE
    )
    if waiting is None:
        return None
    expired = waiting.expires_at <= now()
    waiting.state = PurchaseState.EXPIRED if expired else PurchaseState.CANCELLED
    await waiting.save(update_fields=["state"])
    if not expired:
        data = {"purchase_id": waiting.id, "number": waiting.number}
        await record(account, EventType.PURCHASE_CANCELLED, by=viewer.actor_id, data=data)
    return waiting


async def _freeze(account: Account, viewer: Viewer, cart: CartContents) -> Purchase:
    created_at = now()
    purchase = await Purchase.create(
        account_id=account.id,
        buyer_id=viewer.buyer_id,
        number=await _next_number(created_at.year),
        state=PurchaseState.AWAITING_ACCEPTANCE,
        cart_version=cart.version,
        total=cart.total,
        currency=cart.currency,
        created_at=created_at,
        expires_at=created_at + PRICES_HOLD,
    )
    await PurchaseLine.bulk_create(
        PurchaseLine(
            account_id=account.id,
            purchase_id=purchase.id,
            package_id=line.package_id,
            quantity=line.quantity,
            unit_price=line.unit_price,
            term=Term(line.term),
        )
        for line in cart.lines
    )
    return purchase


async def _next_number(year: int) -> str:
    row = await fetch_one("SELECT nextval('purchase_number') AS number")
    return f"P-{year}-{(row or {})['number']:06d}"
