"""Reading the events that move seats, in order."""

from dataclasses import dataclass
from uuid import UUID

import orjson

from models.database import fetch
from models.inventory import PoolCounts


@dataclass(frozen=True)
class SeatChange:
    """The pools that one event moved, with their counts after it."""

    version: int
    pools: list[PoolCounts]


async def seat_changes_after(account_id: UUID, version: int, *, most: int) -> list[SeatChange]:
    """The oldest changes of seat counts after a version, at most so many."""
    rows = await fetch(
        """
        SELECT version, pools FROM events
        WHERE account_id = $1 AND version > $2 AND pools IS NOT NULL
        ORDER BY version LIMIT $3
        """,
        account_id,
        version,
        most,
    )
    return [
        SeatChange(row["version"], [PoolCounts.from_json(pool) for pool in orjson.loads(row["pools"])])
        for row in rows
    ]
