"""The backlog of mail."""

from dataclasses import dataclass
from datetime import datetime

from models.database.connection import fetch_one
from models.events.outbox import written_at
from models.events.outcomes import HELD_BACK

# No more are counted: a load balancer asks every few seconds.
MOST_COUNTED = 10_000


@dataclass(frozen=True)
class Backlog:
    """`waiting` notices are written and not sent, `retrying` of them failed before; the oldest waits so many seconds.

    `unrelayed` events and requests for links are not processed yet: a growing number means that no relay runs. Of
    each kind 10 000 are counted, of notices those that are due first.
    """

    waiting: int
    retrying: int
    oldest_seconds: int
    unrelayed: int


async def read_backlog(moment: datetime) -> Backlog:
    """Count it, by indexes that hold what is open alone."""
    row = await fetch_one(_BACKLOG, HELD_BACK, MOST_COUNTED)
    found = row or {}
    since = written_at(found["oldest"]) if found["oldest"] else moment
    return Backlog(
        waiting=found["waiting"],
        retrying=found["retrying"],
        oldest_seconds=max(int((moment - since).total_seconds()), 0),
        unrelayed=found["unrelayed"],
    )


_BACKLOG = """
WITH open AS (
    SELECT last_error FROM deliveries WHERE sent_at IS NULL AND failed_at IS NULL ORDER BY due_at LIMIT $2::int
), events_waiting AS (
    SELECT FROM events WHERE relayed_at IS NULL ORDER BY id LIMIT $2
), requests_waiting AS (
    SELECT FROM sign_in_requests ORDER BY requested_at LIMIT $2
)
SELECT (SELECT count(*) FROM open) AS waiting,
    (SELECT count(*) FROM open WHERE last_error IS NOT NULL AND last_error <> $1) AS retrying,
    (SELECT id FROM deliveries WHERE sent_at IS NULL AND failed_at IS NULL ORDER BY id LIMIT 1) AS oldest,
    (SELECT count(*) FROM events_waiting) + (SELECT count(*) FROM requests_waiting) AS unrelayed
"""
