"""From events to deliveries to their outcome: what the relay reads and writes."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from models.allowances import Allowance
from models.database import execute_many, fetch, transaction
from models.ids import new_id
from models.tables import Delivery

# Any number that nothing else in the database locks.
RELAY_LOCK = 7_236_042
LEASE = timedelta(minutes=2)
# 5 s, 15 s, 45 s ... up to an hour, for three days: an outage of a weekend loses nothing.
FIRST_DELAY = timedelta(seconds=5)
LONGEST_DELAY = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=3)
# Events of one account that wait ahead of one whose id is older. More than that, and no clock is to be trusted.
MOST_AHEAD = 10_000
# No business sends one person more; somebody who assigns and removes in a loop does.
MAILS_TO_A_PERSON = Allowance("mails to a person", 60, timedelta(hours=1))
HELD_BACK = "as many mails as one person is sent in an hour have been sent"


@dataclass(frozen=True)
class Happening:
    """An event as its consumers see it."""

    id: UUID
    account_id: UUID
    type: str
    actor_id: UUID | None
    occurred_at: datetime
    data: dict[str, Any]


@dataclass(frozen=True)
class NewDelivery:
    """One notice that an event calls for."""

    event: Happening
    consumer: str
    recipient_id: UUID
    in_order: bool


async def take_events(moment: datetime, *, most: int) -> list[Happening]:
    """Claim events that have no deliveries yet, in order, inside the transaction that makes them.

    Those of one account come by their versions, whatever their ids: the clocks of two machines may differ. One relay
    at a time does this: two would number the notices of one person in the order of their own speed.
    """
    if not (await fetch("SELECT pg_try_advisory_xact_lock($1) AS mine", RELAY_LOCK))[0]["mine"]:
        return []
    rows = await fetch(
        "UPDATE events SET relayed_at = $1 WHERE id = ANY($2)"
        " RETURNING id, account_id, type, actor_id, occurred_at, data, version",
        moment,
        await _unrelayed(most),
    )
    return [happening_from_row(row) for row in _in_order(rows)]


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
    rows = await fetch(
        """
        SELECT recipient.id AS recipient_id, newest.id
        FROM unnest($1::uuid[]) AS recipient (id)
        CROSS JOIN LATERAL (
            SELECT id FROM deliveries
            WHERE recipient_id = recipient.id AND sent_at IS NULL AND failed_at IS NULL
            ORDER BY id DESC LIMIT 1
        ) AS newest
        """,
        list(set(recipients)),
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
    """Lease due deliveries: nobody else gets them until the lease runs out.

    Oldest first; of those to one person that go in order, the first that is still open.
    """
    async with transaction():
        rows = await fetch(
            """
            WITH first AS MATERIALIZED (
                SELECT DISTINCT ON (recipient_id) id FROM deliveries
                WHERE in_order AND sent_at IS NULL AND failed_at IS NULL
                ORDER BY recipient_id, id
            ), due AS (
                SELECT id FROM deliveries
                WHERE sent_at IS NULL AND failed_at IS NULL AND due_at <= $1
                    AND (leased_until IS NULL OR leased_until <= $1)
                    AND (NOT in_order OR id IN (SELECT id FROM first))
                ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED
            )
            UPDATE deliveries SET leased_until = $3, attempts = attempts + 1
            FROM due WHERE deliveries.id = due.id
            RETURNING deliveries.id
            """,
            moment,
            most,
            moment + LEASE,
        )
        return await Delivery.filter(id__in=[row["id"] for row in rows]).order_by("id")


async def event_of(delivery: Delivery) -> Happening | None:
    """The event a delivery was made from; None when its account was deleted since."""
    columns = "id, account_id, type, actor_id, occurred_at, data"
    rows = await fetch(f"SELECT {columns} FROM events WHERE id = $1", delivery.event_id)  # noqa: S608 - constant
    return happening_from_row(rows[0]) if rows else None


async def mark_sent(delivery: Delivery, moment: datetime) -> None:
    """Record that the notice was handed over."""
    await Delivery.filter(id=delivery.id).update(sent_at=moment, leased_until=None, last_error=None)


async def mark_failed(delivery: Delivery, moment: datetime, error: str) -> None:
    """Record that the notice will never be sent, and why."""
    await Delivery.filter(id=delivery.id).update(failed_at=moment, leased_until=None, last_error=error[:300])


async def stop_blocking(delivery: Delivery) -> None:
    """Let later notices to the same person pass one that cannot even be written."""
    await Delivery.filter(id=delivery.id).update(in_order=False)


async def retry_later(delivery: Delivery, moment: datetime, error: str) -> bool:
    """Put the notice off for a growing while; False, and failed, once three days are over."""
    if moment - written_at(delivery.id) > GIVE_UP_AFTER:
        await mark_failed(delivery, moment, f"given up after {delivery.attempts} attempts: {error}")
        return False
    wait = min(FIRST_DELAY * 3 ** min(delivery.attempts - 1, 10), LONGEST_DELAY)
    await Delivery.filter(id=delivery.id).update(due_at=moment + wait, leased_until=None, last_error=error[:300])
    return True


async def hold_back(delivery: Delivery, until: datetime) -> None:
    """Put off a notice, untried, to a person who has been sent enough for now; those after it wait for it."""
    await Delivery.filter(id=delivery.id).update(
        due_at=until, leased_until=None, attempts=delivery.attempts - 1, last_error=HELD_BACK
    )


async def has_later_notice(delivery: Delivery) -> bool:
    """Whether another notice of a license waits for the same person after this one."""
    rows = await fetch(
        """
        SELECT EXISTS (
            SELECT FROM deliveries WHERE recipient_id = $1 AND id > $2 AND sent_at IS NULL AND failed_at IS NULL
                AND in_order AND consumer LIKE 'mail.license%'
        ) AS found
        """,
        delivery.recipient_id,
        delivery.id,
    )
    return rows[0]["found"]


async def release(deliveries: Sequence[Delivery]) -> None:
    """Give leased deliveries back untried, for the next round."""
    if ids := [delivery.id for delivery in deliveries]:
        await fetch("UPDATE deliveries SET leased_until = NULL, attempts = attempts - 1 WHERE id = ANY($1)", ids)


def written_at(delivery_id: UUID) -> datetime:
    """When a delivery was written, from its time-ordered id (RFC 9562: the first 48 bits are milliseconds)."""
    return datetime.fromtimestamp((delivery_id.int >> 80) / 1000, tz=UTC)


def happening_from_row(row: dict[str, Any]) -> Happening:
    """An event from a row with raw JSON."""
    return Happening(**(row | {"data": orjson.loads(row["data"])}))


def _in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Events by time, those that move an account by its version: the clocks of two machines may differ."""
    rows.sort(key=lambda row: row["id"])
    queues: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    versioned = [row for row in rows if row["version"] is not None]
    for row in sorted(versioned, key=lambda row: row["version"], reverse=True):
        queues[row["account_id"]].append(row)
    ordered = [row if row["version"] is None else queues[row["account_id"]].pop() for row in rows]
    return [{column: row[column] for column in row if column != "version"} for row in ordered]
