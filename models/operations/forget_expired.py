"""Deleting what nobody can use any more."""

from datetime import datetime, timedelta

from models.database import fetch

# Long enough to find out what happened; no invariant and no answer needs them.
KEPT = timedelta(days=30)


async def forget_expired(moment: datetime) -> int:
    """Delete links and sessions that ended a month ago, and what callers spent that counts no more.

    Returns how many rows there were.
    """
    deleted = [
        await fetch("DELETE FROM tokens WHERE expires_at < $1 RETURNING 1", moment - KEPT),
        await fetch("DELETE FROM sessions WHERE coalesce(revoked_at, expires_at) < $1 RETURNING 1", moment - KEPT),
        await fetch("DELETE FROM allowances_spent WHERE changed_at < $1 RETURNING 1", moment - KEPT),
    ]
    return sum(map(len, deleted))
