"""Freezing lines and prices as a purchase that waits for acceptance, with a cart and without."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from models.access.viewer import Viewer
from models.database.clock import now
from models.database.connection import fetch, fetch_one
from models.tables import Account, Purchase, PurchaseLine, PurchaseState, Term

PRICES_HOLD = timedelta(minutes=30)
# The largest amount of a purchase and a payment, and the largest pool of seats.
MOST_TOTAL = Decimal("999999999999.99")
MOST_SEATS = 2**31 - 1

# The lines of purchases, with what `PricedLine` has of them.
LINES = """(
    SELECT line.id, line.account_id, line.purchase_id, line.package_id, line.quantity, line.unit_price,
        purchase.currency, line.quantity * line.unit_price AS total
    FROM purchase_lines AS line
    JOIN purchases AS purchase ON purchase.id = line.purchase_id AND purchase.account_id = line.account_id
)"""


@dataclass(frozen=True, kw_only=True)
class PricedLine:
    """Seats of one package at a price."""

    package_id: UUID
    quantity: int
    unit_price: Decimal
    currency: str
    term: str

    @property
    def total(self) -> Decimal:
        """quantity x unit price."""
        return self.quantity * self.unit_price

    @classmethod
    def of(cls, line: PurchaseLine, currency: str) -> "PricedLine":
        """A line of a purchase, at the price that was frozen."""
        return cls(
            package_id=line.package_id,
            quantity=line.quantity,
            unit_price=line.unit_price,
            currency=currency,
            term=line.term,
        )


def total_of(lines: Sequence[PricedLine]) -> Decimal:
    """The sum of the lines."""
    return sum((line.total for line in lines), Decimal("0.00"))


async def problems_of(account: Account, lines: Sequence[PricedLine]) -> list[tuple[UUID | None, str]]:
    """The reasons why lines cannot be bought, each with the package of its line; None where it concerns all."""
    quantities = {line.package_id: line.quantity for line in lines}
    found: list[tuple[UUID | None, str]] = [*(await seats_beyond_limit(account.id, quantities)).items()]
    if total_of(lines) > MOST_TOTAL:
        found.append((None, f"It costs more than one purchase can: {MOST_TOTAL}."))
    return found


async def seats_beyond_limit(account_id: UUID, quantities: Mapping[UUID, int]) -> dict[UUID, str]:
    """The packages of which an account would have too many seats, with a message for each; under the account's lock.

    Seats that are being paid for count as well, whichever purchase they are of.
    """
    rows = await fetch(
        """
        SELECT package.id, package.code
        FROM unnest($2::uuid[], $3::bigint[]) AS wanted (package_id, quantity)
        JOIN packages AS package ON package.id = wanted.package_id
        LEFT JOIN seat_pools AS pool ON pool.account_id = $1 AND pool.package_id = wanted.package_id
        LEFT JOIN (
            SELECT line.package_id, sum(line.quantity) AS quantity
            FROM purchases AS purchase JOIN purchase_lines AS line ON line.purchase_id = purchase.id
            WHERE purchase.account_id = $1 AND purchase.state = 'AWAITING_PAYMENT' GROUP BY line.package_id
        ) AS coming ON coming.package_id = wanted.package_id
        WHERE wanted.quantity + coalesce(pool.purchased, 0) + coalesce(coming.quantity, 0) > $4
        """,
        account_id,
        list(quantities),
        list(quantities.values()),
        MOST_SEATS,
    )
    return {row["id"]: f"The account would have more than {MOST_SEATS} seats of {row['code']}." for row in rows}


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
    """The data of a purchase for an event."""
    return {"purchase_id": purchase.id, "number": purchase.number}


async def _next_number(year: int) -> str:
    row = await fetch_one("SELECT nextval('purchase_number') AS number")
    return f"P-{year}-{(row or {})['number']:06d}"
