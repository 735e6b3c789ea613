"""`usher verify` warns where payments are real and the primary acknowledges what no standby has."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.outages.conftest import new_cluster
from tests.support.cluster import Cluster
from tests.support.real_payments import verify_with

WARNING = "Warning: payments are real, and no synchronous standby has what was committed"


@pytest.fixture
async def primary(tmp_path: Path) -> AsyncIterator[Cluster]:
    """A migrated cluster, which waits for no standby."""
    async with new_cluster(tmp_path) as cluster:
        yield cluster


async def test_real_payments_on_one_host_are_warned_of(primary: Cluster, tmp_path: Path) -> None:
    assert WARNING in await verify_with("real", primary.url, tmp_path)
    assert "Warning" not in await verify_with("sandbox", primary.url, tmp_path)
    async with Cluster(follows=primary):
        await primary.replicate()
        assert "Warning" not in await verify_with("real", primary.url, tmp_path)
        await primary.execute("ALTER DATABASE usher SET synchronous_commit = local")
        assert WARNING in await verify_with("real", primary.url, tmp_path)
