"""How often a caller may do what costs others something: shared by all processes, over a sliding window."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from models.caller import Network
from models.clock import now
from models.database import fetch_one
from models.errors import RateLimited
from models.sliding_window import Spent, Window


@dataclass(frozen=True)
class Allowance:
    """At most so much of something in any window of a length."""

    name: str
    most: int
    within: timedelta


async def spend(allowance: Allowance, whom: str, cost: int = 1) -> None:
    """Spend of what somebody is allowed. Raises RateLimited, with when to try again; then nothing was spent.

    One statement decides, so callers at once cannot spend more than there is. Never inside a transaction, where it
    would hold up the caller's others.
    """
    key = UUID(bytes=hashlib.sha256(f"{allowance.name}:{whom}".encode("utf-8", "surrogatepass")).digest()[:16])
    window = Window(allowance.most, allowance.within)
    moment = now()
    place = window.at(moment.timestamp())
    # The clocks of two machines differ: who comes with the period before finds the one that has begun.
    row = await fetch_one(
        """
        INSERT INTO allowances_spent AS kept (key, period, spent, spent_before, changed_at)
        VALUES ($1, $2, $3, 0, $6)
        ON CONFLICT (key) DO UPDATE SET
            spent = CASE WHEN kept.period IN ($2, $2 + 1) THEN kept.spent ELSE 0 END + $3,
            spent_before = CASE WHEN kept.period IN ($2, $2 + 1) THEN kept.spent_before
                WHEN kept.period = $2 - 1 THEN kept.spent ELSE 0 END,
            period = CASE WHEN kept.period = $2 + 1 THEN kept.period ELSE $2 END,
            changed_at = $6
        WHERE CASE WHEN kept.period IN ($2, $2 + 1) THEN kept.spent ELSE 0 END + $3
            + CASE WHEN kept.period = $2 + 1 THEN kept.spent_before
                WHEN kept.period = $2 THEN kept.spent_before * (1 - $4::float8)
                WHEN kept.period = $2 - 1 THEN kept.spent * (1 - $4::float8) ELSE 0 END <= $5
        RETURNING true
        """,
        key,
        place.period,
        cost,
        place.passed,
        allowance.most,
        moment,
    )
    if row is None:
        raise RateLimited(window.room_at(await _spent(key, place.period), cost))


async def spend_from(allowance: Allowance, networks: Iterable[Network]) -> None:
    """Spend one of what each network of a client is allowed, in their order. Raises RateLimited.

    The refusal of a network leaves the allowances of those after it alone.
    """
    for network in networks:
        await spend(replace(allowance, most=allowance.most * network.factor), network.name)


async def _spent(key: UUID, period: int) -> Spent:
    row = await fetch_one("SELECT period, spent, spent_before FROM allowances_spent WHERE key = $1", key)
    kept = Spent(row["period"], row["spent"], row["spent_before"]) if row else Spent(period)
    return kept.seen_in(period)
