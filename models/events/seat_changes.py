"""Reading the events that move seats, in order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from models.database.connection import fetch, fetch_one
from models.reads.conditions import Condition
from models.reads.inventory import PoolCounts
from models.reads.totals import SEAT_EVENTS

COLUMNS = "id, version, type, occurred_at, pools"

# The same as parts of a statement; `{row}` is an event.
MOVED_SEATS = Condition("{row}.pools IS NOT NULL")
COUNTED = Condition("true", total=SEAT_EVENTS)
# The counts that events moved, in the order of each event.
MOVED_POOLS = """(
    SELECT event.account_id, event.id AS event_id, moved.place, (moved.pool ->> 'package_id')::uuid AS package_id,
        (moved.pool ->> 'purchased')::int AS purchased, (moved.pool ->> 'assigned')::int AS assigned,
        (moved.pool ->> 'activated')::int AS activated
    FROM events AS event CROSS JOIN jsonb_array_elements(event.pools) WITH ORDINALITY AS moved (pool, place)
)"""


@dataclass(frozen=True)
class SeatChange:
    """The pools that one event moved, with their counts after it."""

    event_id: UUID
    version: int
    type: str
    occurred_at: datetime
    pools: list[PoolCounts]


async def seat_changes_after(account_id: UUID, version: int, *, most: int) -> list[SeatChange]:
    """The oldest changes of seat counts after a version, at most so many."""
    rows = await fetch(
        f"""
        SELECT {COLUMNS} FROM events
        WHERE account_id = $1 AND version > $2 AND pools IS NOT NULL
        ORDER BY version LIMIT $3
        """,  # noqa: S608 - constant
        account_id,
        version,
        most,
    )
    return [_change(row) for row in rows]


async def seat_changes_by_id(account_id: UUID, ids: Sequence[UUID]) -> dict[UUID, SeatChange]:
    """Changes of an account's seat counts by the ids of their events."""
    rows = await fetch(
        f"SELECT {COLUMNS} FROM events WHERE account_id = $1 AND id = ANY($2) AND pools IS NOT NULL",  # noqa: S608
        account_id,
        list(ids),
    )
    return {row["id"]: _change(row) for row in rows}


async def count_seat_changes(account_id: UUID) -> int:
    """How many changes of seat counts there were."""
    row = await fetch_one(f"SELECT {SEAT_EVENTS.format(account='$1')} AS changes", account_id)
    return (row or {})["changes"]


async def seat_changes_before(account_id: UUID, version: int) -> bool:
    """Whether seat counts changed at a version or before it."""
    row = await fetch_one(
        "SELECT EXISTS (SELECT FROM events WHERE account_id = $1 AND pools IS NOT NULL AND version <= $2) AS changed",
        account_id,
        version,
    )
    return (row or {})["changed"]


def _change(row: dict[str, Any]) -> SeatChange:
    pools = [PoolCounts.from_json(pool) for pool in orjson.loads(row["pools"])]
    return SeatChange(row["id"], row["version"], row["type"], row["occurred_at"], pools)
