"""Purchases as answers show them, and what is stored of their payment."""

from typing import Any

from api.schema.ids import encode_id
from models.database.connection import fetch
from models.tables import Purchase
from tests.support.carts import shown_line, total_of
from tests.support.shown import moment, money

SUCCEEDED = {"provider": "sandbox", "state": "SUCCEEDED", "clientSecret": None, "declineCode": None}
PROCESSING = {"provider": "sandbox", "state": "PROCESSING", "clientSecret": None, "declineCode": None}
DECLINED = {"provider": "sandbox", "state": "DECLINED", "clientSecret": None, "declineCode": "card_declined"}


async def shown_purchase(
    purchase: Purchase, state: str, payment: dict[str, Any] | None = None, **seats: int
) -> dict[str, Any]:
    """A purchase with all its fields, its times as they are stored now; seats e.g. ECO=2, PRO=1."""
    row = await Purchase.get(id=purchase.id)
    return {
        "id": encode_id("Purchase", row.id),
        "number": row.number,
        "state": state,
        "createdAt": moment(row.created_at),
        "expiresAt": moment(row.expires_at),
        "acceptedAt": moment(row.accepted_at),
        "completedAt": moment(row.completed_at),
        "total": money(total_of(**seats)),
        "lines": [shown_line(code, quantity) for code, quantity in seats.items()],
        "payment": payment,
    }


async def expire(purchase: Purchase) -> None:
    """Let the frozen prices of a purchase run out."""
    await fetch("UPDATE purchases SET expires_at = now() - interval '1 second' WHERE id = $1", purchase.id)


async def charges() -> list[tuple[str, str]]:
    """Every charge that the sandbox remembers, oldest first: method and amount."""
    rows = await fetch("SELECT method, amount FROM sandbox_charges ORDER BY charged_at")
    return [(row["method"], str(row["amount"])) for row in rows]
