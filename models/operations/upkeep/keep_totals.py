"""Storing the lengths of large accounts' lists and their users without a license, so that reads are cheap."""

from models.database.advisory_locks import KEEPING_TOTALS
from models.database.connection import fetch_one, transaction

# So many changes of an account are counted in less than a millisecond.
UNCOUNTED = 1_000
BATCH = 20

# One statement, so that all is of the moment of the version. A conflict says which rows are there already: to find
# that out by a condition, PostgreSQL may go through all that it has inserted, for each user.
_KEEP = """
    WITH changed AS MATERIALIZED (
        SELECT account.id, account.version, coalesce(before.version, 0) AS before,
            coalesce(before.seat_events, 0) AS seat_events
        FROM accounts AS account LEFT JOIN account_totals AS before ON before.account_id = account.id
        WHERE account.version - coalesce(before.version, 0) >= $1 AND account.confirmed_at IS NOT NULL
        ORDER BY account.version - coalesce(before.version, 0) DESC LIMIT $2
    ), counted AS (
        INSERT INTO account_totals AS known (id, account_id, version, users, seat_events)
        SELECT gen_random_uuid(), changed.id, changed.version,
            (SELECT count(*) FROM users WHERE users.account_id = changed.id),
            changed.seat_events + (
                SELECT count(*) FROM events
                WHERE events.account_id = changed.id AND events.version > changed.before AND events.pools IS NOT NULL
            )
        FROM changed
        ON CONFLICT (account_id) DO UPDATE
            SET version = excluded.version, users = excluded.users, seat_events = excluded.seat_events
    ), licensed AS (
        DELETE FROM unlicensed_users AS known USING changed, licenses AS held
        WHERE known.account_id = changed.id AND held.account_id = known.account_id AND held.user_id = known.user_id
            AND held.ended_at IS NULL
    ), unlicensed AS (
        INSERT INTO unlicensed_users (id, account_id, user_id)
        SELECT gen_random_uuid(), person.account_id, person.id
        FROM changed JOIN users AS person ON person.account_id = changed.id
        WHERE NOT EXISTS (
            SELECT FROM licenses AS held WHERE held.account_id = person.account_id AND held.user_id = person.id
                AND held.ended_at IS NULL
        )
        ON CONFLICT (account_id, user_id) DO NOTHING
    )
    SELECT count(*) AS accounts FROM changed
"""


async def keep_totals(*, uncounted: int = UNCOUNTED) -> int:
    """Update accounts with so many changes since the last update; at most a batch, and returns how many.

    One process at a time, so that nothing older is written over what is newer. An account that may still be deleted
    is left out.
    """
    async with transaction():
        row = await fetch_one("SELECT pg_try_advisory_xact_lock($1) AS mine", KEEPING_TOTALS)
        if not (row or {})["mine"]:
            return 0
        return (await fetch_one(_KEEP, uncounted, BATCH) or {})["accounts"]
