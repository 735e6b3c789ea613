"""Rows that nobody can use any more are deleted when their retention is over, and no others."""

import asyncio
from contextvars import copy_context
from datetime import timedelta

import pytest

import models.operations.upkeep.forget_expired
from jobs.relay import Relay
from models.database.clock import now
from models.database.connection import fetch, transaction
from models.errors import TokenInvalid
from models.operations.integrations.create_api_key import create_api_key
from models.operations.sign_in.complete_sign_in import SignedIn, complete_sign_in
from models.operations.upkeep.forget_expired import ALLOWANCE_KEPT, forget_expired
from models.permissions import Permission
from models.rules.retention import DEFAULT_RETENTION
from models.tables import Account, SessionKind
from tests.support.company import Company, sign_in_token
from tests.support.links import ask_for_link
from tests.support.mails import run_until_idle
from tests.support.queue import waiting
from tests.support.recorded import broken_invariants
from tests.support.unchanged import nothing_changes
from tests.support.unproven import let_pass, open_unproven, traces_of
from tests.support.waiting import until_told

KEPT = DEFAULT_RETENTION.credentials

# The moment that counts, in each table of which rows end with a moment of their own.
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


async def test_rows_that_another_process_has_locked_are_passed_and_not_waited_for(company: Company) -> None:
    for user in company.users:
        await company.access_token(user)
    moment = now()
    await fetch("UPDATE sessions SET expires_at = $1", moment - KEPT - timedelta(seconds=1))
    before = await count("sessions")
    outside = copy_context()
    async with transaction():
        [locked] = await fetch("SELECT id FROM sessions ORDER BY id LIMIT 1 FOR UPDATE")
        forgetting = asyncio.create_task(forget_expired(moment), context=outside)

        async def ended() -> bool:
            assert await waiting() == 0
            return forgetting.done()

        await until_told(ended)
    # Each session came from a link, and those still have their time.
    assert await forgetting == before - 1
    assert await fetch("SELECT id FROM sessions") == [locked]


async def test_an_unproven_account_is_deleted_a_week_after_it_lapsed(company: Company, relay: Relay) -> None:
    kept, gone = await open_unproven("kept@example.net"), await open_unproven("gone@example.net")
    for user in (kept, gone):
        await ask_for_link(user.email)
    await run_until_idle(relay)
    # The last link of each works for 15 minutes.
    await let_pass(kept.account_id, timedelta(days=7, minutes=14))
    await let_pass(gone.account_id, timedelta(days=7, minutes=16))
    assert set(await traces_of(gone)) == {"accounts", "users", "events", "deliveries", "tokens"}
    async with nothing_changes("accounts", "users", "events", "deliveries", "tokens"):
        assert await forget_expired(now()) == 1
    assert await traces_of(gone) == {}
    assert set(await traces_of(kept)) == {"accounts", "users", "events", "deliveries", "tokens"}
    assert await broken_invariants() == {}


@pytest.mark.parametrize("why", ["proven", "asked for a link again", "opened by the operator"])
async def test_an_account_with_a_reason_to_stay_stays(company: Company, relay: Relay, why: str) -> None:
    user = company.administrator if why == "opened by the operator" else await open_unproven("kept@example.net")
    if why == "proven":
        await complete_sign_in(token=await sign_in_token(user), kind=SessionKind.BEARER)
    await fetch("UPDATE sessions SET expires_at = $1", now() + timedelta(days=1))
    await let_pass(user.account_id, timedelta(days=20))
    if why == "asked for a link again":
        await ask_for_link(user.email)
    async with nothing_changes():
        assert await forget_expired(now()) == 0


async def test_many_lapsed_accounts_go_in_steps_and_none_is_forgotten(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models.operations.upkeep.forget_expired, "ACCOUNTS_BATCH", 3)
    users = [await open_unproven(f"u{number}@example.net") for number in range(10)]
    for user in users:
        await let_pass(user.account_id, timedelta(days=8))
    assert await forget_expired(now()) == 10
    assert [await traces_of(user) for user in users] == [{}] * 10
    assert await forget_expired(now()) == 0


async def test_a_link_that_is_followed_while_its_account_is_deleted_works_or_is_refused(db: None) -> None:
    for number in range(10):
        user = await open_unproven(f"u{number}@example.net")
        await let_pass(user.account_id, timedelta(days=8))
        # Issued just now, and so not seen by who looks for lapsed accounts at that moment.
        following = complete_sign_in(token=await sign_in_token(user), kind=SessionKind.BEARER)
        moment = now() + timedelta(days=8)
        _, followed = await asyncio.gather(forget_expired(moment), following, return_exceptions=True)
        if isinstance(followed, TokenInvalid):
            assert await traces_of(user) == {}
        else:
            assert isinstance(followed, SignedIn)
            assert (await Account.get(id=user.account_id)).confirmed_at is not None
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
