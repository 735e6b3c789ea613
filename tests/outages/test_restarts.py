"""PostgreSQL goes away under load, in each way it can; Usher answers throughout, and goes on by itself."""

from pathlib import Path

import pytest

from tests.outages.conftest import MakeBusiness
from tests.outages.load import CLIENTS, assert_nothing_is_lost, under_load
from tests.support.cluster import Cluster
from tests.support.installation import UsherProcess


@pytest.mark.parametrize("way", ["fast", "immediate", "kill"])
async def test_a_restarted_database_costs_time_and_nothing_else(
    way: str, cluster: Cluster, server: UsherProcess, business: MakeBusiness, tmp_path: Path
) -> None:
    made = await business(people=CLIENTS, seats=CLIENTS)
    async with under_load(server, made) as load:
        await load.more_rounds(CLIENTS // 2)
        await (cluster.kill() if way == "kill" else cluster.stop(way))
        await load.experience.more("unavailable", CLIENTS)
        await cluster.start()
        await load.more_rounds(CLIENTS)
    await assert_nothing_is_lost(load, cluster, tmp_path)


async def test_cut_connections_cost_time_and_nothing_else(
    cluster: Cluster, server: UsherProcess, business: MakeBusiness, tmp_path: Path
) -> None:
    made = await business(people=CLIENTS, seats=CLIENTS)
    async with under_load(server, made) as load:
        for _ in range(5):
            await load.more_rounds(CLIENTS // 4)
            assert await cluster.cut() > 1
        await load.more_rounds(CLIENTS)
    assert load.experience.outcomes["unavailable"] > 0
    await assert_nothing_is_lost(load, cluster, tmp_path)


async def test_a_crash_of_one_connection_which_ends_all_costs_time_and_nothing_else(
    cluster: Cluster, server: UsherProcess, business: MakeBusiness, tmp_path: Path
) -> None:
    made = await business(people=CLIENTS, seats=CLIENTS)
    async with under_load(server, made) as load:
        await load.more_rounds(CLIENTS // 2)
        await cluster.crash()
        await load.experience.more("unavailable", 1)
        await load.more_rounds(CLIENTS)
    await assert_nothing_is_lost(load, cluster, tmp_path)
