"""How often a caller may do what costs others something: shared by all processes, over a sliding window."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from models.clock import now
from models.database import fetch_one
from models.errors import RateLimited


@dataclass(frozen=True)
class Allowance:
    """At most so much of something in any window of a length."""

    name: str
    most: int
    within: timedelta


async def spend(allowance: Allowance, whom: str, cost: int = 1) -> None:
    """Spend of what somebody is allowed. Raises RateLimited, with when to try again; then nothing was spent.

    What was spent in the period before counts with the share of it that the window still covers: the sliding
    window counter, which keeps two numbers a caller and errs by little. One statement decides, so callers at
    once cannot spend more than there is. Never inside a transaction, where it would hold up the caller's others.
    """
    moment = now()
    key = UUID(bytes=hashlib.sha256(f"{allowance.name}:{whom}".encode("utf-8", "surrogatepass")).digest()[:16])
    period, passed = _period(allowance, moment)
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
        period,
        cost,
        passed,
        allowance.most,
        moment,
    )
    if row is None:
        raise RateLimited(await _room_at(allowance, key, cost, moment))


async def _room_at(allowance: Allowance, key: UUID, cost: int, moment: datetime) -> datetime:
    """When there will be room, if nothing else is spent meanwhile."""
    row = await fetch_one("SELECT period, spent, spent_before FROM allowances_spent WHERE key = $1", key)
    period, _ = _period(allowance, moment)
    spent, before = _still_counting(row or {}, period)
    room = allowance.most - cost - spent
    if room >= 0:
        return _moment(allowance, period, 1 - room / max(before, 1))
    return _moment(allowance, period + 1, 1 - max(allowance.most - cost, 0) / max(spent, 1))


def _still_counting(row: dict[str, Any], period: int) -> tuple[int, int]:
    """What was spent in a period and in the one before it."""
    if row.get("period") in {period, period + 1}:
        return row["spent"], row["spent_before"]
    return 0, row["spent"] if row.get("period") == period - 1 else 0


def _period(allowance: Allowance, moment: datetime) -> tuple[int, float]:
    """The number of the period that a moment lies in, and which share of it has passed."""
    periods = moment.timestamp() / allowance.within.total_seconds()
    return int(periods), periods % 1


def _moment(allowance: Allowance, period: int, share: float) -> datetime:
    return datetime.fromtimestamp((period + max(share, 0)) * allowance.within.total_seconds(), tz=UTC)
