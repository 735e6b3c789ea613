"""Notices that wait, in any number, without anything having happened that they tell of."""

import time
from datetime import datetime, timedelta
from uuid import UUID

from models.database.clock import now
from models.database.connection import fetch
from tests.support.company import Company


async def let_wait(company: Company, people: int, each: int, *, due_at: datetime | None = None) -> None:
    """Have so many notices wait for each of so many new people, the first notices of all before the second ones."""
    milliseconds = f"{time.time_ns() // 1_000_000:012x}"
    await fetch(
        """
        WITH person AS (
            INSERT INTO users (id, account_id, email, first_name, last_name, locale, role, created_at)
            SELECT gen_random_uuid(), $1, gen_random_uuid() || '@example.com', 'P', 'Example', 'en', 'STANDARD', $4
            FROM generate_series(1, $2::int) RETURNING id
        ), event AS (
            SELECT id FROM events WHERE account_id = $1 LIMIT 1
        ), last AS (
            SELECT coalesce(max(right(consumer, 10)::int), 0) AS number FROM deliveries WHERE consumer LIKE 'test.%'
        ), new AS (
            SELECT person.id AS recipient_id, last.number + row_number() OVER (ORDER BY series, person.id) AS number
            FROM person, last, generate_series(1, $3::int) AS series
        )
        INSERT INTO deliveries (id, account_id, event_id, consumer, recipient_id, in_order, attempts, due_at)
        SELECT ($5 || '-7000-8000-' || lpad(to_hex(number), 12, '0'))::uuid, $1, event.id,
            'test.' || lpad(number::text, 10, '0'), recipient_id, true, 0, $4
        FROM new, event ORDER BY number
        """,
        company.account_id,
        people,
        each,
        due_at or now() - timedelta(minutes=1),
        f"{milliseconds[:8]}-{milliseconds[8:]}",
    )


async def open_deliveries() -> list[UUID]:
    """The ids of the notices that wait, in order."""
    rows = await fetch("SELECT id FROM deliveries WHERE sent_at IS NULL AND failed_at IS NULL ORDER BY id")
    return [row["id"] for row in rows]
