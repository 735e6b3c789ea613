"""Deleting what nobody can use any more."""

from datetime import datetime, timedelta

from models.database import fetch

# Long enough to find out what happened; no invariant and no answer needs them.
KEPT = timedelta(days=30)
# An allowance counts for two of its periods, which are hours at most.
ALLOWANCE_KEPT = timedelta(days=1)
BATCH = 5_000


async def forget_expired(moment: datetime) -> int:
    """Delete what ended a month ago, links, sessions and replaced secrets of keys, and what was spent.

    At most a batch of each, past what another process has locked; returns how many rows there were.
    """
    return sum(
        [
            await _delete("tokens", "expires_at < $1", moment - KEPT),
            await _delete("api_key_secrets", "expires_at < $1", moment - KEPT),
            await _delete("sessions", "coalesce(revoked_at, expires_at) < $1", moment - KEPT),
            await _delete("allowances_spent", "changed_at < $1", moment - ALLOWANCE_KEPT),
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
