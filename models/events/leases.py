"""Leases on claimed deliveries: each process renews its own, so those of a dead process soon expire."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from models.database.clock import now
from models.database.coalescing import fetch_together
from models.database.connection import fetch
from models.tables import Delivery

LEASE = timedelta(seconds=10)

# The clocks of two machines differ, so leases follow the database's. $2 is the time of this machine: where the clocks
# differ by a second or more, $1, which need not be now, is corrected.
LEASE_MOMENT = """(
    $1::timestamptz + CASE WHEN abs(extract(epoch FROM clock_timestamp() - $2::timestamptz)) < 1 THEN interval '0'
        ELSE clock_timestamp() - $2::timestamptz END
)"""


async def renew_leases(deliveries: Sequence[Delivery]) -> set[UUID]:
    """Renew the leases of claimed deliveries; returns the ids of those not claimed by another process."""
    ids, attempts = [each.id for each in deliveries], [each.attempts for each in deliveries]
    moment = now()
    return {row["id"] for row in await fetch(_RENEW, moment, moment, ids, attempts, LEASE)}


async def holds_lease(delivery: Delivery) -> bool:
    """Whether a claimed delivery is open and leased still, and no other process has claimed it."""
    return (await fetch_together(_HOLDS, (delivery.id, delivery.attempts)))["held"]


# A claim adds to the attempts: a leased delivery with the same number was not claimed by another process since.
# Rows are locked in the order of their ids, as every statement does that locks several.
_RENEW = f"""
WITH held AS MATERIALIZED (
    SELECT delivery.id FROM deliveries AS delivery
    JOIN unnest($3::uuid[], $4::int[]) AS claimed (id, attempts) ON claimed.id = delivery.id
    WHERE delivery.attempts = claimed.attempts AND delivery.leased_until IS NOT NULL
        AND delivery.sent_at IS NULL AND delivery.failed_at IS NULL
    ORDER BY delivery.id FOR UPDATE OF delivery
)
UPDATE deliveries SET leased_until = {LEASE_MOMENT} + $5::interval FROM held WHERE deliveries.id = held.id
RETURNING deliveries.id
"""  # noqa: S608 - constants

_HOLDS = """
SELECT caller_number, EXISTS (
    SELECT FROM deliveries AS delivery
    WHERE delivery.id = claimed.id AND delivery.attempts = claimed.attempts
        AND delivery.sent_at IS NULL AND delivery.failed_at IS NULL
        AND delivery.leased_until > CASE
            WHEN abs(extract(epoch FROM clock_timestamp() - $3::timestamptz)) < 1 THEN $3 ELSE clock_timestamp() END
) AS held
FROM unnest((SELECT $1::uuid[]), (SELECT $2::int[])) WITH ORDINALITY AS claimed (id, attempts, caller_number)
"""
