"""The outcomes of claimed deliveries: sent, failed, put off, held back, or released untried."""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from models.database.coalescing import fetch_together
from models.events.outbox import written_at
from models.tables import Delivery

# 5 s, 15 s, 45 s ... up to an hour, for three days: an outage of a weekend loses nothing.
FIRST_DELAY = timedelta(seconds=5)
LONGEST_DELAY = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=3)
HELD_BACK = "as many mails as one person is sent in an hour have been sent"
LONGEST_ERROR = 300


class DeliveryOutcome(NamedTuple):
    """The new state of a delivery; `claimed` is the number of attempts after its claim."""

    id: UUID
    claimed: int
    attempts: int
    due_at: datetime
    in_order: bool
    sent: bool
    failed: bool
    last_error: str | None

    @property
    def was_put_off(self) -> bool:
        """Whether the notice was tried, and waits."""
        return not self.sent and not self.failed and self.attempts == self.claimed


def sent(delivery: Delivery) -> DeliveryOutcome:
    """The notice was handed over."""
    return _outcome(delivery)._replace(sent=True, last_error=None)


def failed(delivery: Delivery, error: str) -> DeliveryOutcome:
    """The notice will never be sent, and why."""
    return _outcome(delivery)._replace(failed=True, last_error=error[:LONGEST_ERROR])


def put_off(delivery: Delivery, moment: datetime, error: str) -> DeliveryOutcome:
    """The notice waits for a growing while; it has failed once three days are over."""
    if moment - written_at(delivery.id) > GIVE_UP_AFTER:
        return failed(delivery, f"given up after {delivery.attempts} attempts: {error}")
    wait = min(FIRST_DELAY * 3 ** min(delivery.attempts - 1, 10), LONGEST_DELAY)
    return _outcome(delivery)._replace(due_at=moment + wait, last_error=error[:LONGEST_ERROR])


def held_back(delivery: Delivery, until: datetime) -> DeliveryOutcome:
    """The notice waits, untried, as its recipient has been sent enough for now; those after it wait for it."""
    return released(delivery)._replace(due_at=until, last_error=HELD_BACK)


def released(delivery: Delivery) -> DeliveryOutcome:
    """The notice was not tried, and any process may claim it."""
    return _outcome(delivery)._replace(attempts=delivery.attempts - 1)


async def record(outcome: DeliveryOutcome) -> bool:
    """Record an outcome, coalesced with concurrent ones; returns whether it counts.

    It does not after a lost lease, as the delivery may be another process's. A sent mail always counts.
    """
    return (await fetch_together(_RECORD, outcome))["recorded"]


def _outcome(delivery: Delivery) -> DeliveryOutcome:
    return DeliveryOutcome(
        id=delivery.id,
        claimed=delivery.attempts,
        attempts=delivery.attempts,
        due_at=delivery.due_at,
        in_order=delivery.in_order,
        sent=False,
        failed=False,
        last_error=delivery.last_error,
    )


# A claim adds to the attempts: a leased delivery with the same number was not claimed by another process since.
# Rows are locked in the order of their ids, as every statement does that locks several.
_RECORD = """
WITH outcome AS MATERIALIZED (
    SELECT * FROM unnest(
        (SELECT $1::uuid[]), (SELECT $2::int[]), (SELECT $3::int[]), (SELECT $4::timestamptz[]), (SELECT $5::bool[]),
        (SELECT $6::bool[]), (SELECT $7::bool[]), (SELECT $8::text[])
    ) WITH ORDINALITY AS outcome (id, claimed, attempts, due_at, in_order, sent, failed, last_error, caller_number)
), open AS MATERIALIZED (
    SELECT delivery.id FROM deliveries AS delivery JOIN outcome ON outcome.id = delivery.id
    WHERE delivery.sent_at IS NULL AND delivery.failed_at IS NULL
        AND (outcome.sent OR (delivery.attempts = outcome.claimed AND delivery.leased_until IS NOT NULL))
    ORDER BY delivery.id FOR UPDATE OF delivery
), recorded AS (
    UPDATE deliveries SET
        sent_at = CASE WHEN outcome.sent THEN $9::timestamptz END,
        failed_at = CASE WHEN outcome.failed THEN $9 END,
        attempts = outcome.attempts, due_at = outcome.due_at, in_order = outcome.in_order,
        last_error = outcome.last_error, leased_until = NULL
    FROM open JOIN outcome ON outcome.id = open.id
    WHERE deliveries.id = open.id
    RETURNING deliveries.id
)
SELECT outcome.caller_number, recorded.id IS NOT NULL AS recorded
FROM outcome LEFT JOIN recorded ON recorded.id = outcome.id
"""
