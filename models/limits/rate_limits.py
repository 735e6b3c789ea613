"""Rate limits over a sliding window, shared by all processes."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

from models.access.anonymous_caller import Network
from models.database.clock import now
from models.database.coalescing import fetch_together
from models.database.connection import fetch, fetch_one
from models.errors import RateLimited
from models.limits.sliding_window import ADD_TO_SPENT, SPENT, SlidingWindow, Spent


@dataclass(frozen=True)
class Allowance:
    """At most `most` of something in any window of a length."""

    name: str
    most: int
    within: timedelta


async def spend(allowance: Allowance, whom: str, cost: int = 1) -> None:
    """Spend from an allowance of `whom`. Raises RateLimited with the time to try again; then nothing was spent.

    One statement decides, so concurrent callers cannot exceed it. Never call it inside a transaction: its lock would
    block other calls.
    """
    key, moment = _key(allowance, whom), now()
    rows = await fetch(_SPEND, [key], [1], moment, allowance.most, allowance.within.total_seconds(), cost)
    if not rows[0]["granted"]:
        raise RateLimited(await _room_at(allowance, key, moment, cost))


async def spend_together(allowance: Allowance, whom: str) -> None:
    """Spend one, in a statement that concurrent calls share. Raises RateLimited.

    For keys that are seldom the same: with equal ones the statement fails, and each call is tried alone.
    """
    key, moment = _key(allowance, whom), now()
    values = (allowance.most, allowance.within.total_seconds(), 1)
    # The number makes each call a caller of its own, also where two have the same key.
    if not (await fetch_together(_SPEND, (key, next(_NUMBERS)), values))["granted"]:
        raise RateLimited(await _room_at(allowance, key, moment, 1))


async def spend_from(allowance: Allowance, networks: Iterable[Network]) -> None:
    """Spend one from the allowance of each network of a client, in order. Raises RateLimited.

    After a refusal the networks that follow are not charged.
    """
    for network in networks:
        await spend(replace(allowance, most=allowance.most * network.factor), network.name)


_NUMBERS = count(1)


def _key(allowance: Allowance, whom: str) -> UUID:
    return UUID(bytes=hashlib.sha256(f"{allowance.name}:{whom}".encode("utf-8", "surrogatepass")).digest()[:16])


async def _room_at(allowance: Allowance, key: UUID, moment: datetime, cost: int) -> datetime:
    window = SlidingWindow(allowance.most, allowance.within)
    return window.room_at(await _spent(key, window.at(moment.timestamp()).period), cost)


async def _spent(key: UUID, period: int) -> Spent:
    row = await fetch_one("SELECT period, spent, spent_before FROM allowances_spent WHERE key = $1", key)
    kept = Spent(row["period"], row["spent"], row["spent_before"]) if row else Spent(period)
    return kept.seen_in(period)


# Rows are locked in the order of their keys.
_SPEND = f"""
WITH asked AS MATERIALIZED (
    SELECT * FROM unnest((SELECT $1::uuid[]), (SELECT $2::bigint[])) WITH ORDINALITY AS asked (key, of, caller_number)
), place AS MATERIALIZED (
    SELECT floor(periods)::bigint AS period, (periods - floor(periods))::float8 AS passed
    FROM (SELECT extract(epoch FROM $3::timestamptz)::float8 / $5::float8 AS periods) AS time
), spent AS (
    INSERT INTO allowances_spent AS kept (key, period, spent, spent_before, changed_at)
    SELECT key, (SELECT period FROM place), $6::int, 0, $3 FROM asked ORDER BY key
    {ADD_TO_SPENT}
    WHERE {SPENT} + excluded.spent
        + CASE WHEN kept.period = excluded.period + 1 THEN kept.spent_before
            WHEN kept.period = excluded.period THEN kept.spent_before * (1 - (SELECT passed FROM place))
            WHEN kept.period = excluded.period - 1 THEN kept.spent * (1 - (SELECT passed FROM place)) ELSE 0 END
        <= $4::int
    RETURNING key
)
SELECT asked.caller_number, spent.key IS NOT NULL AS granted FROM asked LEFT JOIN spent ON spent.key = asked.key
"""  # noqa: S608 - constants
