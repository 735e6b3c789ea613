"""A primary is lost under load and its standby promoted: the processes of Usher go on, without a restart."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from tests.outages.business import make_business
from tests.outages.conftest import MakeBusiness, new_cluster, settings_for
from tests.outages.load import CLIENTS, Load, assert_log_is_calm, assert_nothing_is_lost, under_load
from tests.support.answers import codes
from tests.support.business import Business
from tests.support.client import Client
from tests.support.cluster import Cluster
from tests.support.installation import Installation, UsherProcess
from tests.support.waiting import until_told

GOES_ON_WITHIN = 2.0
ASSIGN = "mutation ($input: AssignLicenseInput!) { assignLicense(input: $input) { __typename } }"


@pytest.fixture
async def primary(tmp_path: Path) -> AsyncIterator[Cluster]:
    """A migrated cluster, which a standby may follow."""
    async with new_cluster(tmp_path) as cluster:
        yield cluster


@pytest.fixture
async def standby(primary: Cluster) -> AsyncIterator[Cluster]:
    """Its standby; nothing is committed that it does not have."""
    async with Cluster(follows=primary) as cluster:
        await primary.replicate()
        yield cluster


@pytest.fixture
async def company(primary: Cluster, standby: Cluster, tmp_path: Path) -> Business:
    """An account, known to both."""
    return await make_business(primary.url, tmp_path, "company.example.com", people=CLIENTS, seats=CLIENTS)


def url_of(*clusters: Cluster) -> str:
    """The address of whichever of them is the primary."""
    return f"postgres://postgres@/usher?host={','.join(str(cluster.folder) for cluster in clusters)}"


async def goes_on(load: Load) -> None:
    """Wait until changes are made again, which must come soon after the promotion."""
    clock = asyncio.get_running_loop().time
    promoted = clock()
    await load.more_rounds(1)
    assert clock() - promoted < GOES_ON_WITHIN
    await load.more_rounds(CLIENTS)


async def test_a_promoted_standby_is_found_and_nothing_acknowledged_is_lost(
    primary: Cluster, standby: Cluster, company: Business, tmp_path: Path
) -> None:
    async with Installation(tmp_path, settings_for(url_of(primary, standby))) as installation:
        server = await installation.serve("--no-relay")
        async with under_load(server, company) as load:
            await load.more_rounds(CLIENTS)
            await primary.kill()
            await standby.take_over()
            await goes_on(load)
        assert len(server.workers) == 1
        await server.stop()
        assert_log_is_calm(server)
    await assert_nothing_is_lost(load, standby, tmp_path)
    assert load.experience.outcomes["unavailable"] > 0


async def test_statements_on_a_primary_that_freezes_end_once_another_takes_changes(
    primary: Cluster, standby: Cluster, company: Business, tmp_path: Path
) -> None:
    async with Installation(tmp_path, settings_for(url_of(primary, standby))) as installation:
        server = await installation.serve("--no-relay")
        async with under_load(server, company) as load:
            await load.more_rounds(CLIENTS)
            await primary.freeze()
            await standby.take_over()
            await goes_on(load)
        await server.stop()
        assert_log_is_calm(server)
        assert "database.host_left" in server.printed
    await assert_nothing_is_lost(load, standby, tmp_path)


async def test_the_old_primary_comes_back_as_a_standby_and_takes_over_again(
    primary: Cluster, standby: Cluster, company: Business, tmp_path: Path
) -> None:
    async with Installation(tmp_path, settings_for(url_of(primary, standby))) as installation:
        server = await installation.serve("--no-relay")
        async with under_load(server, company) as load:
            for lost, other in ((primary, standby), (standby, primary)):
                await load.more_rounds(CLIENTS)
                await lost.kill()
                await other.take_over()
                await goes_on(load)
                await lost.rejoin(other)
                await other.replicate()
        await server.stop()
        assert_log_is_calm(server)
    await assert_nothing_is_lost(load, primary, tmp_path)


async def test_a_host_that_answers_nothing_holds_up_nobody(
    primary: Cluster, standby: Cluster, company: Business, tmp_path: Path
) -> None:
    await primary.freeze()
    await standby.take_over()
    async with Installation(tmp_path, settings_for(url_of(primary, standby))) as installation:
        server = await installation.serve("--no-relay")
        async with under_load(server, company) as load:
            await load.more_rounds(CLIENTS)
        await server.stop()
        assert_log_is_calm(server)
    await assert_nothing_is_lost(load, standby, tmp_path)
    assert load.experience.outcomes["unavailable"] == 0


async def test_a_standby_alone_is_no_place_to_serve_from(
    primary: Cluster, standby: Cluster, company: Business, tmp_path: Path
) -> None:
    async with Installation(tmp_path, settings_for(standby.url)) as installation, httpx2.AsyncClient() as http:
        server = await installation.serve("--no-relay")
        ready = await http.get(f"{server.url}/readyz")
        assert (ready.status_code, ready.json()["database"], ready.headers["retry-after"]) == (503, "read-only", "2")
        answer = await http.post(
            f"{server.url}/graphql",
            json={"query": 'mutation { requestSignIn(input: {email: "a@example.com"}) { __typename } }'},
            headers={"accept": "application/graphql-response+json"},
        )
        assert answer.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
        # Once it is promoted, the same process serves.
        await standby.promote()

        await until_told(lambda: _is_ready(http, server))
        assert_log_is_calm(server)


async def test_connections_to_a_database_that_was_read_only_are_not_used_again(
    cluster: Cluster, server: UsherProcess, business: MakeBusiness
) -> None:
    made = await business(people=1, seats=1)
    assign = {"userId": made.users[0], "packageId": made.packages["PRO"]}
    async with Client(server.url, made.token) as client, httpx2.AsyncClient() as http:
        await cluster.execute("ALTER DATABASE usher SET default_transaction_read_only = on", database="postgres")
        try:
            await cluster.cut()
            assert codes(await client.post(ASSIGN, input=assign)) == ["UNAVAILABLE"]
            ready = await http.get(f"{server.url}/readyz")
            assert (ready.status_code, ready.json()["database"]) == (503, "read-only")
        finally:
            await cluster.execute("ALTER DATABASE usher RESET default_transaction_read_only", database="postgres")
        # Nobody ends the connections that were made meanwhile.
        await until_told(lambda: _is_ready(http, server))
        answer = await client.post(ASSIGN, input=assign)
        assert answer["data"]["assignLicense"] == {"__typename": "LicenseAssigned"}


async def _is_ready(http: httpx2.AsyncClient, server: UsherProcess) -> bool:
    return (await http.get(f"{server.url}/readyz")).status_code == 200
