"""The outbox: events that have no deliveries yet, and claims on deliveries that are due."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from models.database.advisory_locks import MAKING_DELIVERIES
from models.database.clock import now
from models.database.connection import execute_many, fetch, transaction
from models.database.ids import new_id
from models.events.leases import LEASE, LEASE_MOMENT
from models.limits.rate_limits import Allowance
from models.tables import Delivery

# The bounds of ids.
LEAST = UUID(int=0)
GREATEST = UUID(int=2**128 - 1)
# Events of one account that wait ahead of one whose id is older. More than that, and no clock is to be trusted.
MOST_AHEAD = 10_000
# No business sends one person more; only a loop that assigns and removes does.
MAILS_TO_A_PERSON = Allowance("mails to a person", 60, timedelta(hours=1))


@dataclass(frozen=True)
class StoredEvent:
    """An event as its consumers read it."""

    id: UUID
    account_id: UUID
    type: str
    actor_id: UUID | None
    occurred_at: datetime
    data: dict[str, Any]


@dataclass(frozen=True)
class NewDelivery:
    """One notice that an event calls for."""

    event: StoredEvent
    consumer: str
    recipient_id: UUID
    in_order: bool


async def take_events(moment: datetime, *, most: int) -> list[StoredEvent]:
    """Claim events that have no deliveries yet, in order, inside the transaction that makes them.

    Events of one account are in the order of their versions, as the clocks of two machines may differ. One relay at a
    time does this: two would number the notices of one person in a random order.
    """
    if not (await fetch("SELECT pg_try_advisory_xact_lock($1) AS mine", MAKING_DELIVERIES))[0]["mine"]:
        return []
    rows = await fetch(
        "UPDATE events SET relayed_at = $1 WHERE id = ANY($2)"
        " RETURNING id, account_id, type, actor_id, occurred_at, data, version",
        moment,
        await _unrelayed(most),
    )
    return [event_from_row(row) for row in _in_order(rows)]


async def _unrelayed(most: int) -> list[UUID]:
    """The events with the oldest ids, and ahead of each the unrelayed ones of its account with lower versions."""
    rows = await fetch(
        """
        WITH RECURSIVE oldest AS MATERIALIZED (
            SELECT id, account_id, version FROM events WHERE relayed_at IS NULL ORDER BY id LIMIT $1
        ), taken AS (
            SELECT id, account_id, version, max(version) OVER (PARTITION BY account_id) - $2 AS least FROM oldest
            UNION
            SELECT ahead.id, ahead.account_id, ahead.version, taken.least
            FROM taken CROSS JOIN LATERAL (
                -- OFFSET 0 has PostgreSQL look each up by its version, however many are unrelayed.
                SELECT id, account_id, version, relayed_at FROM events
                WHERE account_id = taken.account_id AND version = taken.version - 1 OFFSET 0
            ) AS ahead
            WHERE ahead.relayed_at IS NULL AND ahead.version > taken.least
        )
        SELECT id FROM taken
        """,
        most,
        MOST_AHEAD,
    )
    return [row["id"] for row in rows]


async def add_deliveries(deliveries: Sequence[NewDelivery], moment: datetime) -> None:
    """Write deliveries, due at once, to people of the event's own account; one for each event and consumer.

    Deliveries to one person go out in the order of their ids, so each is given an id after those that are open.
    """
    ids = await _next_ids([new.recipient_id for new in deliveries])
    await execute_many(
        """
        INSERT INTO deliveries (id, account_id, event_id, consumer, recipient_id, in_order, attempts, due_at)
        SELECT $1, $2, $3, $4, users.id, $6, 0, $7 FROM users WHERE users.id = $5 AND users.account_id = $2
        ON CONFLICT (event_id, consumer) DO NOTHING
        """,
        [
            (number, new.event.account_id, new.event.id, new.consumer, new.recipient_id, new.in_order, moment)
            for number, new in zip(ids, deliveries, strict=True)
        ],
    )


async def _next_ids(recipients: Sequence[UUID]) -> list[UUID]:
    """An id for a new delivery to each recipient, after that of every open one; one relay at a time makes them."""
    await _read_by_index()
    rows = await fetch(
        """
        SELECT recipient.id AS recipient_id, newest.id
        FROM unnest($1::uuid[]) AS recipient (id)
        CROSS JOIN LATERAL (
            SELECT id FROM deliveries
            WHERE (recipient_id, id) >= (recipient.id, $2::uuid) AND (recipient_id, id) <= (recipient.id, $3::uuid)
                AND sent_at IS NULL AND failed_at IS NULL
            ORDER BY recipient_id DESC, id DESC LIMIT 1
        ) AS newest
        """,
        list(set(recipients)),
        LEAST,
        GREATEST,
    )
    newest = {row["recipient_id"]: row["id"] for row in rows}
    ids: list[UUID] = []
    for recipient in recipients:
        newest[recipient] = _id_after(newest.get(recipient))
        ids.append(newest[recipient])
    return ids


def _id_after(other: UUID | None) -> UUID:
    """A new id, or where this machine's clock is behind that of the one that made the other, the next one."""
    made = new_id()
    return made if other is None or made > other else UUID(int=other.int + 1)


async def claim_deliveries(moment: datetime, *, most: int) -> list[Delivery]:
    """Lease due deliveries: no other process gets them until the lease runs out.

    Deliveries out of order, e.g. sign-in links, come first; then the others, those due for longest first. Of the
    ordered ones to one person, only the first open one is claimed.
    """
    while True:
        async with transaction():
            await _read_by_index()
            found = await fetch(CLAIMABLE.format(most=int(most)), moment, now())
            # A second statement, whose snapshot has everything that ended before the rows were locked.
            rows = await fetch(CLAIM, moment, now(), [row["id"] for row in found], LEASE) if found else []
        claimed = [Delivery.written(**row) for row in rows if not row["blocked"]]
        if claimed or not rows:
            return sorted(claimed, key=lambda delivery: delivery.id)


async def _read_by_index() -> None:
    """Have PostgreSQL read in the order of an index rather than sort, until the transaction ends.

    It estimates a backlog without statistics as one row, and would sort all of it for each claim.
    """
    await fetch("SELECT set_config('enable_sort', 'off', true), set_config('enable_incremental_sort', 'off', true)")


# The limit is part of the text: PostgreSQL would plan for a tenth of all rows otherwise.
CLAIMABLE = f"""
WITH clock AS MATERIALIZED (
    SELECT {LEASE_MOMENT} AS moment
), unordered AS MATERIALIZED (
    SELECT id FROM deliveries
    WHERE sent_at IS NULL AND failed_at IS NULL AND NOT blocked AND NOT in_order AND due_at <= $1
        AND (leased_until IS NULL OR leased_until <= (SELECT moment FROM clock))
    ORDER BY due_at, id LIMIT {{most}} FOR UPDATE SKIP LOCKED
), ordered AS MATERIALIZED (
    SELECT id FROM deliveries
    WHERE sent_at IS NULL AND failed_at IS NULL AND NOT blocked AND in_order AND due_at <= $1
        AND (leased_until IS NULL OR leased_until <= (SELECT moment FROM clock))
    ORDER BY due_at, id LIMIT {{most}} FOR UPDATE SKIP LOCKED
)
SELECT id FROM (SELECT id FROM unordered UNION ALL SELECT id FROM ordered) AS found LIMIT {{most}}
"""  # noqa: S608 - constants

# Two columns at once, as the index of what is open has them: another one holds all that a person was ever sent.
CLAIM = f"""
WITH found AS (
    SELECT id, in_order AND id <> (
        SELECT id FROM deliveries
        WHERE (recipient_id, id) >= (delivery.recipient_id, '{LEAST}'::uuid) AND in_order
            AND sent_at IS NULL AND failed_at IS NULL
        ORDER BY recipient_id, id LIMIT 1
    ) AS blocked
    FROM deliveries AS delivery WHERE id = ANY($3::uuid[])
)
UPDATE deliveries SET
    blocked = found.blocked,
    leased_until = CASE WHEN found.blocked THEN NULL ELSE {LEASE_MOMENT} + $4::interval END,
    attempts = attempts + (NOT found.blocked)::int
FROM found WHERE deliveries.id = found.id
RETURNING deliveries.*
"""  # noqa: S608 - constants


async def has_later_notice(delivery: Delivery) -> bool:
    """Whether another notice of a license waits for the same person after this one."""
    async with transaction():
        await _read_by_index()
        rows = await fetch(LATER_NOTICE, delivery.recipient_id, delivery.id, GREATEST)
    return rows[0]["found"]


# Two columns at once, as in the claim. In order, so that the first one that waits is enough.
LATER_NOTICE = """
SELECT (
    SELECT id FROM deliveries
    WHERE (recipient_id, id) > ($1::uuid, $2::uuid) AND (recipient_id, id) <= ($1, $3::uuid)
        AND sent_at IS NULL AND failed_at IS NULL AND in_order AND consumer LIKE 'mail.license%'
    ORDER BY recipient_id, id LIMIT 1
) IS NOT NULL AS found
"""


def written_at(delivery_id: UUID) -> datetime:
    """When a delivery was written, from its time-ordered id (RFC 9562: the first 48 bits are milliseconds)."""
    return datetime.fromtimestamp((delivery_id.int >> 80) / 1000, tz=UTC)


def event_from_row(row: dict[str, Any]) -> StoredEvent:
    """An event from a row with raw JSON."""
    return StoredEvent(**(row | {"data": orjson.loads(row["data"])}))


def _in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Events by time, those that move an account by its version: the clocks of two machines may differ."""
    rows.sort(key=lambda row: row["id"])
    queues: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    versioned = [row for row in rows if row["version"] is not None]
    for row in sorted(versioned, key=lambda row: row["version"], reverse=True):
        queues[row["account_id"]].append(row)
    ordered = [row if row["version"] is None else queues[row["account_id"]].pop() for row in rows]
    return [{column: row[column] for column in row if column != "version"} for row in ordered]
