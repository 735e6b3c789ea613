"""Commits of one process reach the followers of another."""

import asyncio
from contextlib import aclosing
from pathlib import Path

import asyncpg
import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

import models.events.notify
import models.events.seat_feed
from api.schema.ids import encode_id
from models.database.connection import fetch
from models.events import commit_listeners
from models.events.notify import CHANNEL, PostgresNotifier
from models.events.seat_feed import Feed
from tests.conftest import SECRET_KEY
from tests.support.client import Client
from tests.support.company import Company
from tests.support.running import free_port, running_usher
from tests.support.waiting import until

WITHIN = 20.0
# A connection that listens, and may have told something since.
NEIGHBOURS = (
    "datname = current_database() AND state = 'idle' AND (query LIKE 'LISTEN%' OR query = 'SELECT pg_notify($1, $2)')"
)


@pytest.fixture
def nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """No feed finds anything by its own look: only what it is told of arrives."""
    monkeypatch.setattr(models.events.seat_feed, "LOOK_EVERY", 3600.0)


async def listening() -> int:
    rows = await fetch(
        f"SELECT count(*) FROM pg_stat_activity WHERE {NEIGHBOURS}",
    )
    return rows[0]["count"]


async def until_listening() -> None:
    async with asyncio.timeout(WITHIN):
        while not await listening():  # noqa: ASYNC110 - the server tells nobody when it does
            await asyncio.sleep(0.02)


async def test_an_assignment_through_another_process_is_told_here(
    company: Company, database_url: str, nobody_looks: None, tmp_path: Path
) -> None:
    await company.buy(PRO=1)
    port = free_port()
    settings = {
        "DATABASE_URL": database_url,
        "SECRET_KEY": SECRET_KEY,
        "SMTP_URL": "smtp://127.0.0.1:9",
        "PORT": str(port),
    }
    feed = Feed()
    async with (
        feed.running(),
        PostgresNotifier(database_url).running(),
        running_usher("serve", "--no-relay", ready="Uvicorn running", folder=tmp_path, **settings),
        aclosing(feed.follow(company.account_id, None)) as updates,
        Client(f"http://127.0.0.1:{port}", await company.access_token()) as admin,
    ):
        await until_listening()
        first = await anext(updates)
        assert first is not None
        assert first.snapshot
        done = await admin.mutate(
            "assignLicense",
            "",
            userId=encode_id("User", company.users[0].id),
            packageId=encode_id("Package", company.packages["PRO"].id),
        )
        assert done["__typename"] == "LicenseAssigned"
        told = await asyncio.wait_for(anext(updates), WITHIN)
        assert told is not None
        assert [(pool.purchased, pool.assigned) for pool in told.pools] == [(1, 1)]


async def test_a_lost_connection_is_made_again(company: Company, database_url: str) -> None:
    heard: list[object] = []
    stop = commit_listeners.listen(heard.append)
    try:
        async with PostgresNotifier(database_url).running():
            await until_listening()
            await fetch(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {NEIGHBOURS}")
            async with asyncio.timeout(WITHIN):
                while company.account_id not in heard:
                    await fetch("SELECT pg_notify($1, $2)", CHANNEL, f"another {company.account_id}")
                    await asyncio.sleep(0.05)
    finally:
        stop()


async def test_what_is_committed_while_others_are_told_is_told_as_well(company: Company, database_url: str) -> None:
    told: list[object] = []
    neighbours = PostgresNotifier(database_url)
    speaking = await asyncpg.connect(database_url)
    hearing = await asyncpg.connect(database_url)
    try:
        await hearing.add_listener(CHANNEL, lambda *heard: told.append(heard[-1]))
        neighbours._note(company.account_id)
        telling = asyncio.ensure_future(neighbours._send(speaking))
        await asyncio.sleep(0)
        neighbours._note(company.account_id)
        await telling
        await neighbours._send(speaking)
        await until(lambda: len(told) == 2)
    finally:
        await speaking.close()
        await hearing.close()


async def test_what_this_process_says_is_not_heard_by_itself(company: Company, database_url: str) -> None:
    heard: list[object] = []
    neighbours = PostgresNotifier(database_url)
    async with neighbours.running():
        await until_listening()
        stop = commit_listeners.listen(heard.append)
        await company.buy(ECO=1)
        own = len(heard)
        # The notification of another process comes after it on the same connection, so none of our own is on its way.
        await fetch("SELECT pg_notify($1, $2)", CHANNEL, f"another {company.users[0].id}")
        await until(lambda: company.users[0].id in heard)
        stop()
    assert heard[own:] == [company.users[0].id]


async def test_a_process_that_hears_nothing_says_so_once(
    db: None, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models.events.notify, "RECEIVED_WITHIN", 0.05)
    monkeypatch.setattr(models.events.notify, "TEST_EVERY", 0.05)
    # As through a pooler that gives each transaction another connection.
    monkeypatch.setattr(PostgresNotifier, "_receive", lambda *_: None)
    with capture_logs() as entries:
        async with PostgresNotifier(database_url).running():
            await until(lambda: any(entry["event"] == "neighbours.deaf" for entry in entries))
            assert hears() == 0
            await asyncio.sleep(0.5)
    assert [entry for entry in entries if entry["event"] == "neighbours.deaf"] == [
        {"event": "neighbours.deaf", "log_level": "warning", "see": "USHER_DATABASE_DIRECT_URL"}
    ]


async def test_a_direct_connection_hears_itself(db: None, database_url: str) -> None:
    with capture_logs() as entries:
        async with PostgresNotifier(database_url).running():
            await until(lambda: hears() == 1)
    assert hears() == 0
    assert entries == []


def hears() -> float | None:
    """Whether notices arrive, as the metric tells."""
    return REGISTRY.get_sample_value("usher_neighbours_hear")
