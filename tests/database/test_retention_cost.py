"""A step of the deletion reads its batch and nothing else, however much has expired."""

from datetime import timedelta
from typing import Any

import pytest

from models.database.clock import now
from models.database.connection import execute_many, fetch
from models.operations.upkeep import forget_expired
from models.operations.upkeep.forget_expired import BATCH
from tests.support.company import Company
from tests.support.plans import nodes, plan_of
from tests.support.undone import undone

FEW, MANY = 20_000, 1_000_000
ID = "('01900000-0000-7000-8000-' || lpad(to_hex(series), 12, '0'))::uuid"
LONG_AGO = "now() - interval '400 days' + series * interval '1 second'"

RECORDS = f"""
INSERT INTO idempotency_records (id, account_id, operation, key, input_hash, answer, created_at)
SELECT {ID}, $1, 'assignLicense', lpad(series::text, 9, '0'), sha256('x'), '{{}}', {LONG_AGO}
FROM generate_series(1, $3::int) AS series WHERE $2::uuid IS NOT NULL
"""
DELIVERIES = f"""
INSERT INTO deliveries (id, account_id, event_id, consumer, recipient_id, in_order, attempts, due_at, sent_at)
SELECT {ID}, $1, {ID}, 'mail.license_assigned', $2, true, 1, {LONG_AGO}, {LONG_AGO}
FROM generate_series(1, $3::int) AS series
"""
TOKENS = f"""
INSERT INTO tokens (id, hash, purpose, account_id, user_id, created_at, expires_at)
SELECT {ID}, sha256(series::text::bytea), 'SIGN_IN', $1, $2, {LONG_AGO}, {LONG_AGO}
FROM generate_series(1, $3::int) AS series
"""
SESSIONS = f"""
INSERT INTO sessions (id, hash, kind, account_id, user_id, client, created_at, expires_at)
SELECT {ID}, sha256(series::text::bytea), 'COOKIE', $1, $2, '', {LONG_AGO}, {LONG_AGO}
FROM generate_series(1, $3::int) AS series
"""
REQUESTS = f"""
INSERT INTO sign_in_requests (id, email, requested_at)
SELECT {ID}, 'ann' || series || '@example.com', {LONG_AGO} FROM generate_series(1, $3::int) AS series
WHERE $1::uuid IS NOT NULL AND $2::uuid IS NOT NULL
"""


async def step(company: Company, insert: str, statement: str, rows: int) -> dict[str, Any]:
    """The plan of one step where so many rows have expired, as it ran."""
    async with undone():
        # Nobody needs each row's references looked up.
        await fetch("SET LOCAL session_replication_role = replica")
        await execute_many(insert, [(company.account_id, company.administrator.id, rows)])
        await fetch(forget_expired.BY_INDEX)
        return await plan_of(statement, now() - timedelta(days=1), options="ANALYZE, BUFFERS, FORMAT JSON")
    raise AssertionError


@pytest.mark.parametrize(
    ("insert", "statement", "index", "many"),
    [
        (RECORDS, forget_expired.IDEMPOTENCY_RECORDS, "idempotency_records_age_idx", MANY),
        (DELIVERIES, forget_expired.DELIVERIES, "deliveries_ended_idx", MANY),
        (TOKENS, forget_expired.TOKENS, "tokens_expiry_idx", 10 * FEW),
        (SESSIONS, forget_expired.SESSIONS, "sessions_ended_idx", 10 * FEW),
        (REQUESTS, forget_expired.SIGN_IN_REQUESTS, "sign_in_requests_age_idx", 10 * FEW),
    ],
    ids=["idempotency_records", "deliveries", "tokens", "sessions", "sign_in_requests"],
)
async def test_a_step_touches_its_batch_alone(
    company: Company, insert: str, statement: str, index: str, many: int
) -> None:
    plan = await step(company, insert, statement, many)
    [scan] = [node for node in nodes(plan) if node.get("Index Name") == index]
    assert scan["Actual Rows"] == BATCH
    assert [node["Node Type"] for node in nodes(plan) if node["Node Type"] in {"Seq Scan", "Sort"}] == []
    assert [node["Actual Rows"] for node in nodes(plan) if node["Node Type"] == "Tid Scan"] == [BATCH]
    touched = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    few = await step(company, insert, statement, FEW)
    assert touched <= 1.2 * (few["Shared Hit Blocks"] + few["Shared Read Blocks"])


async def test_the_queues_are_vacuumed_early(db: None) -> None:
    rows = await fetch(
        "SELECT relname::text AS name, reloptions FROM pg_class"
        " WHERE reloptions IS NOT NULL AND relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
    )
    early = {row["name"] for row in rows if "autovacuum_vacuum_scale_factor=0.01" in row["reloptions"]}
    assert early >= {"deliveries", "idempotency_records", "sign_in_requests"}
