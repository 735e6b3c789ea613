"""Freezing lines and prices as a purchase that waits for acceptance, with a cart and without."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from models.clock import now
from models.database import fetch_one
from models.tables import Account, Purchase, PurchaseLine, PurchaseState, Term
from models.viewer import Viewer

PRICES_HOLD = timedelta(minutes=30)


@dataclass(frozen=True, kw_only=True)
class PricedLine:
    """Seats of one package at today's price."""

    package_id: UUID
    quantity: int
    unit_price: Decimal
    currency: str
    term: str

    @property
    def total(self) -> Decimal:
        """quantity x unit price."""
        return self.quantity * self.unit_price


def total_of(lines: Sequence[PricedLine]) -> Decimal:
    """The sum of the lines."""
    return sum((line.total for line in lines), Decimal("0.00"))


async def freeze_purchase(
    account: Account, viewer: Viewer, lines: Sequence[PricedLine], *, cart_version: int | None
) -> Purchase:
    """Make a purchase of lines that waits for acceptance for 30 minutes, under the account's lock.

    `cart_version` is of the cart that the lines are from, None where they are from none.
    """
    created_at = now()
    purchase = await Purchase.create(
        account_id=account.id,
        buyer_id=viewer.buyer_id,
        api_key_id=viewer.api_key_id,
        number=await _next_number(created_at.year),
        state=PurchaseState.AWAITING_ACCEPTANCE,
        cart_version=cart_version,
        total=total_of(lines),
        currency=lines[0].currency,
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
        for line in lines
    )
    return purchase


def facts_of(purchase: Purchase) -> dict[str, Any]:
    """A purchase as events name it."""
    return {"purchase_id": purchase.id, "number": purchase.number}


async def _next_number(year: int) -> str:
    row = await fetch_one("SELECT nextval('purchase_number') AS number")
    return f"P-{year}-{(row or {})['number']:06d}"
