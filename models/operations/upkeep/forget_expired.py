"""Deleting rows whose retention is over."""

from datetime import datetime, timedelta
from typing import Any

from models.database.connection import fetch, transaction
from models.rules.retention import DEFAULT_RETENTION, Retention
from models.rules.unproven_accounts import delete_lapsed

# An allowance counts for two of its periods, which are hours at most.
ALLOWANCE_KEPT = timedelta(days=1)
# The retention of an unproven address after its last link stopped working.
UNPROVEN_KEPT = timedelta(days=7)
BATCH = 5_000
# Each takes some 20 ms where there are half a million people, as every table that could refer to it is asked.
ACCOUNTS_BATCH = 20


async def forget_expired(moment: datetime, retention: Retention = DEFAULT_RETENTION) -> int:
    """Delete rows whose retention is over, and lapsed accounts; returns how many rows there were.

    One batch of each table at most, the oldest rows first, each in a transaction of its own, skipping rows that
    another process has locked. An open delivery stays, as does an idempotency key whose payment is not settled.
    """
    credentials_end = moment - retention.credentials
    return sum(
        [
            await _delete(TOKENS, credentials_end),
            await _delete(SECRETS, credentials_end),
            await _delete(SESSIONS, credentials_end),
            await _delete(SIGN_IN_REQUESTS, moment - retention.sign_in_requests),
            await _delete(IDEMPOTENCY_RECORDS, moment - retention.idempotency_keys),
            await _delete_deliveries(moment - retention.deliveries),
            await _delete(ALLOWANCES, moment - ALLOWANCE_KEPT),
            await _delete_lapsed_accounts(moment),
        ]
    )


async def _delete(statement: str, before: datetime) -> int:
    [deleted] = await _by_index(statement, before)
    return deleted["count"]


async def _delete_deliveries(before: datetime) -> int:
    """`usher verify` misses no delivery that was deleted: the watermark is committed before the first one goes."""
    await _by_index(RAISE_WATERMARK, before)
    return await _delete(DELIVERIES, before)


async def _by_index(statement: str, before: datetime) -> list[dict[str, Any]]:
    async with transaction():
        await fetch(BY_INDEX)
        return await fetch(statement, before)


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


def _statement(table: str, condition: str) -> str:
    """Delete a batch by its rows' addresses, so that nothing else of the table is read for it."""
    return f"""
        WITH expired AS MATERIALIZED (
            SELECT ctid FROM {table} WHERE {condition} LIMIT {BATCH} FOR UPDATE SKIP LOCKED
        ), deleted AS (
            DELETE FROM {table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM expired)) RETURNING 1
        )
        SELECT count(*) FROM deleted
    """  # noqa: S608 - constants


# An index gives the order that follows; without statistics PostgreSQL would rather read the table and sort it.
BY_INDEX = "SET LOCAL enable_sort = off"
TOKENS = _statement("tokens", "expires_at < $1 ORDER BY expires_at")
SECRETS = _statement("api_key_secrets", "expires_at < $1 ORDER BY expires_at")
SESSIONS = _statement("sessions", "coalesce(revoked_at, expires_at) < $1 ORDER BY coalesce(revoked_at, expires_at)")
SIGN_IN_REQUESTS = _statement("sign_in_requests", "requested_at < $1 ORDER BY requested_at")
# The answer is null until the payment is settled.
IDEMPOTENCY_RECORDS = _statement("idempotency_records", "answer IS NOT NULL AND created_at < $1 ORDER BY created_at")
DELIVERIES = _statement("deliveries", "coalesce(sent_at, failed_at) < $1 ORDER BY coalesce(sent_at, failed_at)")
# No index: one would be written by every call that spends, and there are a day's rows.
ALLOWANCES = _statement("allowances_spent", "changed_at < $1")

RAISE_WATERMARK = """
INSERT INTO retention_watermarks (name, deleted_before)
SELECT 'deliveries', $1 FROM (
    SELECT coalesce(sent_at, failed_at) AS ended_at FROM deliveries
    WHERE coalesce(sent_at, failed_at) IS NOT NULL ORDER BY 1 LIMIT 1
) AS oldest WHERE ended_at < $1
ON CONFLICT (name) DO UPDATE SET deleted_before = excluded.deleted_before
    WHERE retention_watermarks.deleted_before < excluded.deleted_before
"""
