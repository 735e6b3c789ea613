"""Finding purchases, their lines and payments."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from models.tables import Payment, Purchase, PurchaseLine


async def purchases_by_id(account_id: UUID, ids: Sequence[UUID]) -> dict[UUID, Purchase]:
    """Purchases of an account by id; ids that are not the account's are left out."""
    found = Purchase.filter(account_id=account_id, id__in=list(ids))
    return {purchase.id: purchase async for purchase in found}


async def lines_by_purchase(account_id: UUID, purchase_ids: Sequence[UUID]) -> dict[UUID, list[PurchaseLine]]:
    """The lines of purchases of an account, in the order of the cart they came from."""
    lines: dict[UUID, list[PurchaseLine]] = defaultdict(list)
    wanted = PurchaseLine.filter(account_id=account_id, purchase_id__in=list(purchase_ids))
    async for line in wanted.order_by("id"):
        lines[line.purchase_id].append(line)
    return lines


async def payment_by_purchase(account_id: UUID, purchase_ids: Sequence[UUID]) -> dict[UUID, Payment]:
    """The newest payment of each purchase of an account."""
    wanted = Payment.filter(account_id=account_id, purchase_id__in=list(purchase_ids))
    return {payment.purchase_id: payment async for payment in wanted.order_by("id")}
