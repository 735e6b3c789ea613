"""Unproven accounts: the first administrator has never followed a sign-in link, so they may lose their address.

Each is an account, one user, their events, deliveries, sign-in tokens and requests, and nothing else. It is deleted
as a whole, by the transaction that needs its address or by the relay. Its row is locked first, so that concurrent
writes for it wait for the row and find it deleted.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from models.access.credentials import SIGN_IN_LINK_LIFETIME
from models.database.advisory_locks import MAKING_DELIVERIES
from models.database.connection import fetch, fetch_one

# A process of the version before signs people in without `confirmed_at`, and leaves a session.
_UNPROVEN = """
    account.confirmed_at IS NULL
    AND NOT EXISTS (SELECT FROM sessions AS session WHERE session.account_id = account.id)
"""
# No sign-in link of it works at $1, nor is one under way that could: those that were asked for after $2.
_LAPSED = """
    account.created_at <= $2
    AND NOT EXISTS (SELECT FROM events AS event WHERE event.account_id = account.id AND event.occurred_at > $2)
    AND NOT EXISTS (
        SELECT FROM tokens AS token
        WHERE token.account_id = account.id AND token.used_at IS NULL AND token.expires_at > $1
    )
"""


async def displace_unproven(email: str) -> bool:
    """Delete the unproven account whose user has an address, lapsed or not; False when there is none."""
    return await _displace(email, "true")


async def displace_lapsed(email: str, moment: datetime) -> bool:
    """The same for one that has lapsed: no sign-in link of it works any more, and none is under way."""
    return await _displace(email, _LAPSED, moment, moment - SIGN_IN_LINK_LIFETIME)


async def delete_lapsed(moment: datetime, *, lapsed_for: timedelta, most: int) -> int:
    """Delete unproven accounts that lapsed so long ago, the oldest first; returns how many."""
    lapsed_at = moment - lapsed_for
    lapsed = f"SELECT id FROM accounts AS account WHERE {_UNPROVEN} AND {_LAPSED} ORDER BY created_at LIMIT $3"  # noqa: S608 - constants
    values = lapsed_at, lapsed_at - SIGN_IN_LINK_LIFETIME, most
    if not await fetch(lapsed, *values):
        return 0
    await _hold_relay()
    rows = await fetch(f"{lapsed} FOR UPDATE SKIP LOCKED", *values)
    await _delete([row["id"] for row in rows])
    return len(rows)


async def _displace(email: str, condition: str, *values: Any) -> bool:
    if await _unproven_account_of(email) is None:
        return False
    await _hold_relay()
    # Again: another transaction may have replaced the account.
    account_id = await _unproven_account_of(email)
    place = f"${len(values) + 1}"
    # A link that is being followed holds the row, and the condition is looked at again when it lets go.
    locked = await fetch_one(
        f"SELECT id FROM accounts AS account WHERE id = {place} AND {_UNPROVEN} AND {condition} FOR UPDATE",  # noqa: S608 - constants
        *values,
        account_id,
    )
    if locked is None:
        return False
    await _delete([locked["id"]])
    return True


async def _unproven_account_of(email: str) -> UUID | None:
    row = await fetch_one(
        f"SELECT account.id FROM users AS person JOIN accounts AS account ON account.id = person.account_id"  # noqa: S608 - constant
        f" WHERE lower(person.email) = lower($1) AND {_UNPROVEN}",
        email,
    )
    return row["id"] if row else None


async def _hold_relay() -> None:
    """Keep relays from making deliveries until the transaction ends: they lock events before accounts."""
    await fetch("SELECT pg_advisory_xact_lock($1)", MAKING_DELIVERIES)


async def _delete(account_ids: list[UUID]) -> None:
    # Skip those that the relay is about to answer: it looks up the address when it can.
    await fetch(
        "DELETE FROM sign_in_requests WHERE id IN (SELECT request.id FROM sign_in_requests AS request"
        " JOIN users AS person ON lower(person.email) = lower(request.email)"
        " WHERE person.account_id = ANY($1) FOR UPDATE OF request SKIP LOCKED)",
        account_ids,
    )
    await fetch("SELECT FROM deliveries WHERE account_id = ANY($1) ORDER BY id FOR UPDATE", account_ids)
    for table in ("deliveries", "tokens", "events", "users"):
        await fetch(f"DELETE FROM {table} WHERE account_id = ANY($1)", account_ids)  # noqa: S608 - constants
    await fetch("DELETE FROM accounts WHERE id = ANY($1)", account_ids)
