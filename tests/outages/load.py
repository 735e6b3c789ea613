"""Many clients that give seats, take them back and read, while others listen; and what must be true of it after."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count, takewhile
from pathlib import Path
from uuid import UUID

import orjson

from api.schema.ids import decode_id
from models.database.background import background_task
from tests.support.business import Business
from tests.support.cluster import Cluster
from tests.support.follower import Follower
from tests.support.installation import UsherProcess
from tests.support.patient import Experience, Patient
from tests.support.processes import usher
from tests.support.waiting import until

CLIENTS = 48
FOLLOWERS = 8
READ = '{ account { seatInventory(packageCodes: ["PRO"]) { pools { purchased assigned available } } } }'


@dataclass
class Load:
    """The responses that the clients and followers of one account got."""

    business: Business
    experience: Experience = field(default_factory=Experience)
    followers: list[Follower] = field(default_factory=list)
    assigned: set[UUID] = field(default_factory=set)
    removed: set[UUID] = field(default_factory=set)
    rounds: int = 0
    ending: bool = False

    async def more_rounds(self, more: int) -> None:
        """Wait until the clients have been through so many more rounds; fails when they do not come to."""
        goal = self.rounds + more
        await until(lambda: self.rounds >= goal)

    async def work(self, client: Patient, user: str) -> None:
        """Give a seat to a user, look, take it back; again and again, until the load ends."""
        package = self.business.packages["PRO"]
        for number in takewhile(lambda _: not self.ending, count()):
            given = await client.mutate(
                "assignLicense",
                "... on LicenseAssigned { license { id } }",
                userId=user,
                packageId=package,
                idempotencyKey=f"{user} {number}",
            )
            assert given["__typename"] == "LicenseAssigned", given
            self.assigned.add(decode_id("License", given["license"]["id"]))
            (pool,) = (await client.run(READ))["account"]["seatInventory"]["pools"]
            assert pool["available"] == pool["purchased"] - pool["assigned"] >= 0, pool
            taken = await client.mutate("removeLicense", licenseId=given["license"]["id"])
            assert taken["__typename"] == "LicenseRemoved", taken
            self.removed.add(decode_id("License", given["license"]["id"]))
            self.rounds += 1


@asynccontextmanager
async def under_load(server: UsherProcess, business: Business) -> AsyncIterator[Load]:
    """Keep clients and followers busy while the block runs. The followers have heard everything when it returns."""
    load = Load(business)
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(Patient(lambda: server.url, business.token, load.experience))
            for _ in business.users[:CLIENTS]
        ]
        load.followers = [Follower(lambda: server.url, business.token) for _ in range(FOLLOWERS)]
        for follower in load.followers:
            await stack.enter_async_context(background_task(follower.run()))
        await until(lambda: all(follower.updates for follower in load.followers))
        async with asyncio.TaskGroup() as working:
            for client, user in zip(clients, business.users, strict=False):
                working.create_task(load.work(client, user))
            yield load
            load.ending = True
        last = await clients[0].run("{ account { seatInventory { version } } }")
        version = int(last["account"]["seatInventory"]["version"])
        await until(lambda: all(follower.version == version for follower in load.followers))


async def assert_nothing_is_lost(load: Load, cluster: Cluster, folder: Path) -> None:
    """Acknowledged changes are in the database, followers saw each change once, and the database is right."""
    assert load.experience.wrong == []
    rows = await cluster.fetch(
        "SELECT id, ended_at FROM licenses WHERE account_id = $1", UUID(load.business.account_id)
    )
    assert load.assigned - {row["id"] for row in rows} == set()
    assert load.removed - {row["id"] for row in rows if row["ended_at"] is not None} == set()
    recorded = await recorded_versions(load.business, cluster)
    for follower in load.followers:
        assert follower.wrong == []
        first, *versions = [version for version, _, _ in follower.updates]
        expected = [version for version in recorded if version > first]
        assert versions == expected, (first, sorted(set(versions) ^ set(expected)), follower.updates)
    done = await usher("verify", folder=folder, DATABASE_URL=cluster.url)
    assert done.code == 0, done.out


async def recorded_versions(business: Business, cluster: Cluster) -> list[int]:
    """The versions of an account that moved its seats, in order."""
    rows = await cluster.fetch(
        "SELECT version FROM events WHERE account_id = $1 AND pools IS NOT NULL ORDER BY version",
        UUID(business.account_id),
    )
    return [row["version"] for row in rows]


def assert_log_is_calm(server: UsherProcess) -> None:
    """Nothing in the log is a bug of ours: an outage is told in warnings."""
    lines = [line for line in server.printed.splitlines() if line.startswith("{")]
    errors = [line for line in lines if orjson.loads(line).get("level") in {"error", "critical"}]
    assert errors == []
    assert "Traceback" not in server.printed
