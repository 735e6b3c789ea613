"""Deleting what nobody can use any more."""

from datetime import datetime, timedelta

from models.database import fetch, transaction
from models.unproven_accounts import delete_lapsed

# Long enough to find out what happened; no invariant and no answer needs them.
KEPT = timedelta(days=30)
# An allowance counts for two of its periods, which are hours at most.
ALLOWANCE_KEPT = timedelta(days=1)
# What an address that nobody proved is kept for after the last link to it stopped working.
UNPROVEN_KEPT = timedelta(days=7)
BATCH = 5_000
# Each takes some 20 ms where there are half a million people, as every table that could refer to it is asked.
ACCOUNTS_BATCH = 20


async def forget_expired(moment: datetime) -> int:
    """Delete links, sessions and replaced secrets of keys that ended a month ago, what was spent, lapsed accounts.

    At most a batch of each, past what another process has locked; returns how many rows there were.
    """
    return sum(
        [
            await _delete("tokens", "expires_at < $1", moment - KEPT),
            await _delete("api_key_secrets", "expires_at < $1", moment - KEPT),
            await _delete("sessions", "coalesce(revoked_at, expires_at) < $1", moment - KEPT),
            await _delete("allowances_spent", "changed_at < $1", moment - ALLOWANCE_KEPT),
            await _delete_lapsed_accounts(moment),
        ]
    )


async def _delete(table: str, condition: str, before: datetime) -> int:
    rows = await fetch(
        f"""
        WITH old AS MATERIALIZED (
            SELECT ctid FROM {table} WHERE {condition} LIMIT {BATCH} FOR UPDATE SKIP LOCKED
        )
        DELETE FROM {table} USING old WHERE {table}.ctid = old.ctid RETURNING 1
        """,  # noqa: S608 - constants
        before,
    )
    return len(rows)


async def _delete_lapsed_accounts(moment: datetime) -> int:
    """In transactions of a few accounts each, so that relays and calls do not wait long."""
    deleted = 0
    while deleted < BATCH:
        async with transaction():
            step = await delete_lapsed(moment, lapsed_for=UNPROVEN_KEPT, most=ACCOUNTS_BATCH)
        deleted += step
        if step < ACCOUNTS_BATCH:
            break
    return deleted
