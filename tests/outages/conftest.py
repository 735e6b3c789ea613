"""Fixtures of the tests with a database of their own, which is restarted, killed, cut off and silenced."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import httpx2
import pytest

from tests.conftest import INSTALL_URL, PUBLIC_URL, SECRET_KEY
from tests.outages.business import make_business
from tests.outages.load import assert_log_is_calm
from tests.support.business import Business
from tests.support.cluster import Cluster
from tests.support.installation import Installation, UsherProcess
from tests.support.processes import usher

MakeBusiness = Callable[..., Awaitable[Business]]

_domains = count(1)


@pytest.fixture(scope="session")
async def migrated_cluster(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cluster]:
    """A cluster with a migrated database."""
    async with new_cluster(tmp_path_factory.mktemp("migrate")) as cluster:
        yield cluster


@pytest.fixture
async def cluster(migrated_cluster: Cluster) -> AsyncIterator[Cluster]:
    """The same for one test, which may leave it stopped."""
    yield migrated_cluster
    if not migrated_cluster.runs:
        await migrated_cluster.start()


@pytest.fixture(scope="session")
async def standing_server(
    migrated_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[UsherProcess]:
    """A server that lives through the tests one after another: none of them may harm it."""
    async with Installation(tmp_path_factory.mktemp("server"), settings_for(migrated_cluster.url)) as installation:
        server = await installation.serve("--no-relay")
        yield server
        await server.stop()
        assert_log_is_calm(server)


@pytest.fixture
async def server(cluster: Cluster, standing_server: UsherProcess) -> UsherProcess:
    """The same, ready."""
    async with httpx2.AsyncClient() as http, asyncio.timeout(20):
        while (await http.get(f"{standing_server.url}/readyz")).status_code != 200:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return standing_server


@pytest.fixture
def business(cluster: Cluster, tmp_path: Path) -> MakeBusiness:
    """Make an account on the cluster, e.g. `await business(people=3, seats=2)`."""

    async def make(*, people: int, seats: int) -> Business:
        return await make_business(
            cluster.url, tmp_path, f"company{next(_domains)}.example.com", people=people, seats=seats
        )

    return make


@asynccontextmanager
async def new_cluster(folder: Path) -> AsyncIterator[Cluster]:
    """A cluster with a migrated database, while the block runs; on which nobody else has a connection."""
    async with Cluster() as cluster:
        done = await usher("migrate", folder=folder, DATABASE_URL=cluster.url)
        assert done.code == 0, done.err
        yield cluster


def settings_for(database_url: str) -> dict[str, str]:
    """The settings of an installation on a database; nobody listens where its mails would go."""
    return {
        "DATABASE_URL": database_url,
        "SECRET_KEY": SECRET_KEY,
        "SMTP_URL": "smtp://127.0.0.1:9?starttls=never",
        "PUBLIC_URL": PUBLIC_URL,
        "INSTALL_URL": INSTALL_URL,
    }
