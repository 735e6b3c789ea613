"""Clients that vanish leave nothing behind: no connection, no transaction, no open file, no memory."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from tests.outages.business import make_business
from tests.outages.conftest import new_cluster, settings_for
from tests.outages.load import assert_log_is_calm
from tests.support.client import Client
from tests.support.cluster import Cluster
from tests.support.installation import Installation
from tests.support.processes import usher
from tests.support.vanishing import vanish_within_a_request, vanish_within_a_subscription
from tests.support.waiting import COMES_WITHIN, until, until_told

CLIENTS = 200
ROUNDS = 5
POOL = 20
# The second round finds every cache warm, and what an allocator keeps differs by some MB from round to round. A round
# that kept its clients, each with a socket, tasks and a context of about 100 kB, would add 20 MB; four would, 80.
MORE_MEMORY = 24 * 2**20


@pytest.fixture
async def quiet_cluster(tmp_path: Path) -> AsyncIterator[Cluster]:
    """A cluster on which nobody else has a connection."""
    async with new_cluster(tmp_path) as cluster:
        yield cluster


@pytest.fixture
async def installation(quiet_cluster: Cluster, tmp_path: Path) -> AsyncIterator[Installation]:
    """An installation of which nothing runs yet."""
    async with Installation(tmp_path, settings_for(quiet_cluster.url)) as made:
        yield made


async def test_clients_that_vanish_leave_nothing_behind(
    quiet_cluster: Cluster, installation: Installation, tmp_path: Path
) -> None:
    cluster = quiet_cluster
    made = await make_business(cluster.url, tmp_path, "example.com", people=10, seats=10)
    server = await installation.serve("--no-relay")
    process = psutil.Process(server.process.pid)
    # That it listens was found out by connecting to it; and it may still be connecting to the other processes.
    await until(lambda: not _clients_of(process))
    await until_told(lambda: _hears_others(cluster))
    idle = process.num_fds() - len(await cluster.sessions())
    memory: list[int] = []
    for _ in range(ROUNDS):
        async with asyncio.TaskGroup() as group:
            for number in range(CLIENTS // 2):
                group.create_task(vanish_within_a_request(server.url, made, number))
                group.create_task(vanish_within_a_subscription(server.url, made, number))
        await _all_is_quiet(cluster, process, idle)
        memory.append(process.memory_info().rss)
    assert memory[-1] - memory[0] < MORE_MEMORY
    async with Client(server.url, made.token) as client:
        assert await client.run("{ account { licenses { totalCount } } }")
    done = await usher("verify", folder=tmp_path, DATABASE_URL=cluster.url)
    assert done.code == 0, done.out
    await server.stop()
    assert_log_is_calm(server)


async def _hears_others(cluster: Cluster) -> bool:
    queries = [session["query"] for session in await cluster.sessions()]
    # The second is of a connection that ends at once.
    return any("LISTEN" in query for query in queries) and not any("pg_notify" in query for query in queries)


def _clients_of(process: psutil.Process) -> list[str]:
    """The state of each connection that somebody has to the server, over TCP; its database's are Unix sockets."""
    return [each.status for each in process.net_connections("tcp") if each.status != psutil.CONN_LISTEN]


async def _all_is_quiet(cluster: Cluster, process: psutil.Process, idle: int) -> None:
    """Wait until the server has open what it began with and its database connections, and those are all idle."""
    async with asyncio.timeout(COMES_WITHIN):
        while True:
            sessions = await cluster.sessions()
            quiet = {session["state"] for session in sessions} == {"idle"}
            if quiet and process.num_fds() - len(sessions) == idle:
                break
            await asyncio.sleep(0.05)
    assert len(sessions) <= POOL + 1
