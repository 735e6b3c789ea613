"""Bringing the search entries of large accounts up to date."""

from uuid import UUID

from models.database.advisory_locks import KEEPING_SEARCH_ENTRIES
from models.database.connection import fetch, fetch_one, transaction
from models.reads.search_entries import NO_PACKAGE

# A search looks up every user of the changes since the entries.
UNCOUNTED = 1_000
BATCH = 20
# Bytes of a text: an entry must fit into its index.
LONGEST_TEXT = 1_000

# PostgreSQL would expect as many users as an average account has, and for each of them go through all licenses.
_BEGIN = "SELECT pg_try_advisory_xact_lock($1) AS mine, set_config('enable_nestloop', 'off', true)"
_DUE = """
    SELECT account.id, known.version AS before
    FROM accounts AS account LEFT JOIN search_versions AS known ON known.account_id = account.id
    WHERE account.version - coalesce(known.version, 0) >= $1 AND account.confirmed_at IS NOT NULL
        AND NOT EXISTS (SELECT FROM users WHERE users.account_id = account.id AND users.search_text IS NULL)
    ORDER BY account.version - coalesce(known.version, 0) DESC LIMIT $2
"""

# One statement, so that all is of the moment of the version.
_KEEP = f"""
    WITH account AS MATERIALIZED (
        SELECT id, version FROM accounts WHERE id = $1
    ), person AS (
        %s
    ), written AS (
        INSERT INTO search_entries AS entry (user_id, account_id, package_id, search_text)
        SELECT person.id, $1, coalesce(held.package_id, '{NO_PACKAGE}'),
            CASE WHEN octet_length(person.search_text) <= {LONGEST_TEXT} THEN person.search_text END
        FROM person LEFT JOIN licenses AS held
            ON held.account_id = $1 AND held.user_id = person.id AND held.ended_at IS NULL
        ORDER BY person.id
        ON CONFLICT (user_id) DO UPDATE SET package_id = excluded.package_id
            WHERE entry.package_id <> excluded.package_id
    )
    INSERT INTO search_versions AS known (id, account_id, version)
    SELECT gen_random_uuid(), account.id, account.version FROM account
    ON CONFLICT (account_id) DO UPDATE SET version = excluded.version
"""  # noqa: S608 - constants
_MAKE = _KEEP % "SELECT users.id, users.search_text FROM users WHERE users.account_id = $1"
_UPDATE = (
    _KEEP
    % """
        SELECT users.id, users.search_text FROM users WHERE users.account_id = $1 AND users.id IN (
            SELECT unnest(ARRAY[event.data ->> 'user_id', event.data ->> 'from_user_id'])::uuid
            FROM events AS event WHERE event.account_id = $1 AND event.version > $2
        )
    """
)


async def keep_search_entries(*, uncounted: int = UNCOUNTED) -> int:
    """Update accounts with so many changes since the last update; at most a batch, and returns how many.

    One process at a time. An account that may still be deleted is left out, and one with users whose text is still
    to come.
    """
    due = await fetch(_DUE, uncounted, BATCH)
    for row in due:
        await _keep(row["id"], row["before"])
    return len(due)


async def _keep(account_id: UUID, before: int | None) -> None:
    async with transaction():
        row = await fetch_one(_BEGIN, KEEPING_SEARCH_ENTRIES)
        if (row or {})["mine"]:
            await (fetch(_MAKE, account_id) if before is None else fetch(_UPDATE, account_id, before))
