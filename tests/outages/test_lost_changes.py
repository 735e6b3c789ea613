"""A standby is promoted that did not have the last changes: those are lost, and clients are told how things are."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from api.schema.ids import decode_id
from tests.outages.business import make_business
from tests.outages.conftest import new_cluster, settings_for
from tests.outages.load import READ, assert_log_is_calm
from tests.support.business import Business
from tests.support.client import Client
from tests.support.cluster import Cluster
from tests.support.installation import Installation, UsherProcess
from tests.support.patient import Experience, Patient
from tests.support.processes import usher
from tests.support.seats_feed import SEATS, next_update, updates
from tests.support.waiting import until_told

SEATS_BOUGHT = 4


@pytest.fixture
async def primary(tmp_path: Path) -> AsyncIterator[Cluster]:
    """A migrated cluster, which waits for no standby."""
    async with new_cluster(tmp_path) as cluster:
        yield cluster


@pytest.fixture
async def company(primary: Cluster, tmp_path: Path) -> Business:
    """An account with people and seats."""
    return await make_business(primary.url, tmp_path, "company.example.com", people=SEATS_BOUGHT, seats=SEATS_BOUGHT)


@pytest.fixture
async def standby(primary: Cluster, company: Business) -> AsyncIterator[Cluster]:
    """A standby that has the account, and hears of nothing more."""
    async with Cluster(follows=primary) as cluster:
        await until_told(primary.caught_up)
        await cluster.stop()
        yield cluster


@pytest.fixture
async def server(primary: Cluster, standby: Cluster, tmp_path: Path) -> AsyncIterator[UsherProcess]:
    """A process that knows both."""
    url = f"postgres://postgres@/usher?host={primary.folder},{standby.folder}"
    async with Installation(tmp_path, settings_for(url)) as installation:
        running = await installation.serve("--no-relay")
        yield running
        await running.stop()
        assert_log_is_calm(running)


async def fail_over(primary: Cluster, standby: Cluster) -> None:
    """Lose the primary with everything that the standby has not heard of."""
    await primary.kill()
    await standby.start()
    await standby.promote()


async def assign(client: Patient, company: Business, user: int) -> dict[str, Any]:
    """Give a seat to one of the users."""
    return await client.mutate(
        "assignLicense",
        "... on LicenseAssigned { license { id } }",
        userId=company.users[user],
        packageId=company.packages["PRO"],
    )


async def assigned(client: Patient, company: Business, user: int) -> UUID:
    """Give a seat to one of the users, who has none; returns the license that was acknowledged."""
    answer = await assign(client, company, user)
    assert answer["__typename"] == "LicenseAssigned"
    return decode_id("License", answer["license"]["id"])


async def test_subscribers_get_a_snapshot_whether_they_stayed_or_come_back(
    primary: Cluster, standby: Cluster, company: Business, server: UsherProcess, tmp_path: Path
) -> None:
    patient = Patient(lambda: server.url, company.token, Experience())
    async with patient as admin, Client(server.url, company.token) as client, client.live() as live:
        await live.subscribe(SEATS)
        begun, _, _ = await next_update(live)
        acknowledged = {await assigned(admin, company, user) for user in range(SEATS_BOUGHT)}
        *_, (seen, _, counts) = await updates(live, SEATS_BOUGHT)
        assert (seen, counts) == (begun + SEATS_BOUGHT, {"PRO": (SEATS_BOUGHT, SEATS_BOUGHT, 0)})
        assert (await assign(admin, company, 0))["code"] == "ALREADY_LICENSED"

        await fail_over(primary, standby)

        kept = {row["id"] for row in await standby.fetch("SELECT id FROM licenses")}
        assert acknowledged - kept == acknowledged
        version, is_snapshot, counts = await next_update(live)
        assert (version, is_snapshot, counts["PRO"]) == (begun, True, (SEATS_BOUGHT, 0, 0))
        async with client.live() as again:
            await again.subscribe(SEATS, after=str(seen))
            assert await next_update(again) == (version, is_snapshot, counts)
        assert (await admin.run(READ))["account"]["seatInventory"]["pools"] == [
            {"purchased": SEATS_BOUGHT, "assigned": 0, "available": SEATS_BOUGHT}
        ]
        # The lost versions come again, with other changes.
        for number in (1, 2):
            await assigned(admin, company, number)
            assert await next_update(live) == (begun + number, False, {"PRO": (SEATS_BOUGHT, number, 0)})
        assert patient.experience.wrong == []
    await assert_right(standby, tmp_path)


async def assert_right(cluster: Cluster, folder: Path) -> None:
    """Everything that is left fits together."""
    done = await usher("verify", folder=folder, DATABASE_URL=cluster.url)
    assert done.code == 0, done.out
