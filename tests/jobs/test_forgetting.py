"""What nobody can use any more is deleted a month later, and nothing else is."""

from datetime import timedelta

import pytest

from jobs.relay import Relay
from models.clock import now
from models.database import fetch
from models.operations.create_api_key import create_api_key
from models.operations.forget_expired import ALLOWANCE_KEPT, KEPT, forget_expired
from models.permission import Permission
from tests.support.company import Company
from tests.support.links import ask_for_link
from tests.support.mails import run_until_idle
from tests.support.recorded import broken_invariants
from tests.support.unchanged import nothing_changes

# The moment that counts, in each table that is forgotten.
COUNTS = [
    ("tokens", "expires_at"),
    ("sessions", "expires_at"),
    ("sessions", "revoked_at"),
    ("api_key_secrets", "expires_at"),
    ("allowances_spent", "changed_at"),
]


async def count(table: str) -> int:
    return (await fetch(f"SELECT count(*) FROM {table}"))[0]["count"]


@pytest.mark.parametrize(("table", "column"), COUNTS)
async def test_its_time_after_its_end_it_is_deleted_and_not_before(
    company: Company, relay: Relay, table: str, column: str
) -> None:
    await company.access_token(company.users[0])
    await ask_for_link("ann@example.com")
    for name in ("Directory", "Ledger"):
        await create_api_key(company.viewer, name=name, scopes=[Permission.VIEW_INVENTORY])
    await run_until_idle(relay)
    before = await count(table)
    assert before >= 2
    moment = now()
    kept = ALLOWANCE_KEPT if table == "allowances_spent" else KEPT
    await fetch(f"UPDATE {table} SET {column} = $1", moment - kept)
    await fetch(
        f"UPDATE {table} SET {column} = {column} - interval '1 second'"
        f" WHERE ctid = (SELECT ctid FROM {table} LIMIT 1)"
    )
    async with nothing_changes(table):
        assert await forget_expired(moment) == 1
    assert await fetch(f"SELECT DISTINCT {column} AS at FROM {table}") == [{"at": moment - kept}]
    assert await count(table) == before - 1
    assert await broken_invariants() == {}


async def test_the_secret_that_a_key_has_stays_however_old(company: Company, relay: Relay) -> None:
    await create_api_key(company.viewer, name="Directory", scopes=[Permission.VIEW_INVENTORY])
    await fetch("UPDATE api_key_secrets SET created_at = $1", now() - 100 * KEPT)
    async with nothing_changes():
        assert await forget_expired(now()) == 0


async def test_it_is_looked_for_once_an_hour(company: Company, relay: Relay) -> None:
    await relay.round(now())
    await fetch("UPDATE tokens SET expires_at = $1", now() - KEPT - timedelta(days=1))
    async with nothing_changes():
        await relay.round(now() + timedelta(minutes=59))
    await relay.round(now() + timedelta(minutes=61))
    assert await count("tokens") == 0
