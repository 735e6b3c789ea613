"""Making a purchase of given lines, without a cart."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from models.access.viewer import Viewer
from models.database.clock import now
from models.database.connection import fetch
from models.errors import InvalidInput, NotFound
from models.events.events import EventType, record_event
from models.permissions import Permission
from models.rules.account_transaction import viewer_transaction
from models.rules.inputs import Inputs
from models.rules.purchases import PricedLine, facts_of, freeze_purchase, problems_of
from models.tables import Account, Package, Purchase, PurchaseState

# Per owner. A client that repeats a call after a lost answer makes another purchase; their number has to be limited.
MOST_WAITING = 20


async def prepare_purchase(viewer: Viewer, *, lines: Sequence[tuple[UUID, int]]) -> Purchase:
    """Freeze packages and quantities at today's prices for 30 minutes, for the buyer to accept.

    No cart has a part in it, and no other purchase is cancelled. Of one user or API key 20 such purchases wait at
    most: the oldest expire. Raises NotPermitted, InvalidInput, NotFound.
    """
    viewer.require(Permission.PURCHASE)
    await _refuse_bad(lines)
    async with viewer_transaction(viewer, Permission.PURCHASE) as account:
        priced = await _priced(dict(lines))
        if problems := await problems_of(account, priced):
            raise InvalidInput([(_path(lines, package_id), text) for package_id, text in problems])
        await _expire_oldest(account, viewer)
        purchase = await freeze_purchase(account, viewer, priced, cart_version=None)
        await record_event(account, EventType.PURCHASE_VALIDATED, by=viewer.actor_id, data=facts_of(purchase))
    return purchase


async def _refuse_bad(lines: Sequence[tuple[UUID, int]]) -> None:
    most = await Package.filter(on_sale=True).count()
    if not 1 <= len(lines) <= most:
        raise InvalidInput([(("lines",), f"1 to {most} lines, each of another package.")])
    inputs = Inputs()
    seen: set[UUID] = set()
    for number, (package_id, quantity) in enumerate(lines):
        if package_id in seen:
            inputs.refuse(("lines", str(number), "packageId"), "Each package at most once.")
        seen.add(package_id)
        inputs.quantity(("lines", str(number), "quantity"), quantity)
    inputs.refuse_bad()


def _path(lines: Sequence[tuple[UUID, int]], package_id: UUID | None) -> tuple[str, ...]:
    """The place in the input of a package's quantity; of None that of all lines."""
    if package_id is None:
        return ("lines",)
    return ("lines", str([each for each, _ in lines].index(package_id)), "quantity")


async def _priced(quantities: Mapping[UUID, int]) -> list[PricedLine]:
    """The lines at today's prices, lowest tier first. Raises NotFound for a package that is not on sale."""
    rows = await fetch(
        "SELECT id, unit_price, currency, term FROM packages WHERE on_sale AND id = ANY($1) ORDER BY tier, code",
        list(quantities),
    )
    found = {row["id"]: row for row in rows}
    for package_id in quantities:
        if package_id not in found:
            raise NotFound("Package", package_id)
    return [
        PricedLine(
            package_id=row["id"],
            quantity=quantities[row["id"]],
            unit_price=row["unit_price"],
            currency=row["currency"],
            term=row["term"],
        )
        for row in rows
    ]


async def _expire_oldest(account: Account, viewer: Viewer) -> None:
    """Leave room for one more: of those that wait without a cart, the newest stay whose prices still hold."""
    waiting = await Purchase.filter(
        account_id=account.id,
        buyer_id=viewer.buyer_id,
        api_key_id=viewer.api_key_id,
        state=PurchaseState.AWAITING_ACCEPTANCE,
        cart_version__isnull=True,
    ).order_by("-id")
    kept = [each.id for each in waiting if each.expires_at > now()][: MOST_WAITING - 1]
    ended = [each.id for each in waiting if each.id not in kept]
    if ended:
        await Purchase.filter(id__in=ended).update(state=PurchaseState.EXPIRED)
