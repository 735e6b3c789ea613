"""A database that takes connections and never answers, as behind a network that drops everything without a word."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from tests.outages.conftest import MakeBusiness, settings_for
from tests.outages.load import assert_log_is_calm
from tests.support.cluster import DATABASE, Cluster
from tests.support.installation import Installation, UsherProcess
from tests.support.patient import Experience, Patient
from tests.support.proxy import Proxy
from tests.support.waiting import until

VERSION = "{ account { version } }"
LISTENING = "SELECT FROM pg_stat_activity WHERE query LIKE 'LISTEN%' OR query LIKE 'SELECT pg_notify%'"
# More than the pool has connections.
CALLERS = 30


@pytest.fixture
async def proxy(cluster: Cluster) -> AsyncIterator[Proxy]:
    """A way to the cluster that can be made silent."""
    async with Proxy(str(cluster.folder / ".s.PGSQL.5432")) as running:
        yield running


@pytest.fixture
async def far_server(proxy: Proxy, tmp_path: Path) -> AsyncIterator[UsherProcess]:
    """A server whose database is behind the proxy."""
    url = f"postgres://postgres@127.0.0.1:{proxy.port}/{DATABASE}"
    async with Installation(tmp_path, settings_for(url)) as installation:
        yield await installation.serve("--no-relay")


async def test_a_silent_database_is_told_in_bounded_time_and_forgotten_once_it_speaks(
    cluster: Cluster, far_server: UsherProcess, proxy: Proxy, business: MakeBusiness
) -> None:
    made = await business(people=0, seats=1)
    experience = Experience()
    async with httpx2.AsyncClient() as http, Patient(lambda: far_server.url, made.token, experience) as client:
        assert (await http.get(f"{far_server.url}/readyz")).status_code == 200
        await asyncio.gather(*[client.run(VERSION) for _ in range(CALLERS)])
        proxy.stall()
        waiting = [asyncio.create_task(client.run(VERSION)) for _ in range(CALLERS)]
        async with asyncio.timeout(10):
            ready = await http.get(f"{far_server.url}/readyz", timeout=10)
            alive = await http.get(f"{far_server.url}/healthz")
        assert (ready.status_code, ready.json()["database"], alive.status_code) == (503, "unreachable", 200)
        # As a firewall that comes back to its senses does: what it forgot is refused, new connections pass.
        proxy.cut()
        await experience.more("unavailable", 1)
        proxy.go_on()
        async with asyncio.timeout(20):
            versions = {(await each)["account"]["version"] for each in waiting}
            while (await http.get(f"{far_server.url}/readyz")).status_code != 200:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        assert len(versions) == 1
    assert experience.wrong == []
    assert_log_is_calm(far_server)
    await far_server.stop()


async def test_connections_that_ended_without_looking_so_are_made_anew(
    cluster: Cluster, far_server: UsherProcess, proxy: Proxy, business: MakeBusiness
) -> None:
    made = await business(people=1, seats=1)
    experience = Experience()
    async with Patient(lambda: far_server.url, made.token, experience) as client:
        await client.run(VERSION)
        proxy.hides_ends = True
        there = proxy.connections
        assert there > 1
        await cluster.cut()
        # Each connection's last word has arrived, before anything is asked of it. One more may have been made since.
        await until(lambda: proxy.hidden >= there)
        values = {"userId": made.users[0], "packageId": made.packages["PRO"]}
        assert (await client.mutate("assignLicense", **values))["__typename"] == "LicenseAssigned"
    # The one that tells other processes of changes, and hears theirs, is back as well.
    async with asyncio.timeout(20):
        while not await cluster.fetch(LISTENING):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert experience.wrong == []
    assert_log_is_calm(far_server)
    await far_server.stop()
