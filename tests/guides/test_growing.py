"""docs/growing.md, from its first command to its last, on PostgreSQL's own programs."""

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from models.invariants import INVARIANTS
from tests.outages.business import make_business
from tests.outages.conftest import settings_for
from tests.support.business import Business
from tests.support.client import Client
from tests.support.guides import Ran, programs, run
from tests.support.installation import Installation, UsherProcess
from tests.support.machine import PAGE, Machine
from tests.support.running import free_port
from tests.support.waiting import until_told

ASSIGN = "mutation ($input: AssignLicenseInput!) { assignLicense(input: $input) { __typename } }"
ASSIGNED = {"assignLicense": {"__typename": "LicenseAssigned"}}
VERIFIED = f"All {len(INVARIANTS)} invariants hold."
COUNT = "SELECT count(*) FROM licenses"


@dataclass(frozen=True)
class Place:
    """The folder of the machines, and the environment of the commands."""

    folder: Path
    environment: dict[str, str]

    @property
    def url(self) -> str:
        return "postgres://usher:{PASSWORD}@{ONE}:{PGPORT},{TWO}:{PGPORT}/usher".format_map(self.environment)

    async def usher(self, program: str) -> str:
        """Run a program of the page where Usher is installed."""
        installed = os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"])
        done: Ran = await run(PAGE, program, self.folder, **(self.environment | {"PATH": installed}))
        assert (done.code, done.err) == (0, ""), done.out
        return done.out.splitlines()[-1]


@pytest.fixture
def place() -> Iterator[Place]:
    """A folder with a short name, as a socket's must be, which the user of PostgreSQL may enter."""
    folder = Path(tempfile.mkdtemp(prefix="usher-"))
    folder.chmod(0o755)
    (folder / "archive").mkdir()
    (folder / "archive").chmod(0o777)
    environment = {
        "ONE": "127.0.0.1",
        "TWO": "127.0.0.2",
        "PGPORT": str(free_port()),
        "ARCHIVE": str(folder / "archive"),
        "PASSWORD": "a-password",
        "REPLICATOR_PASSWORD": "another-password",
    }
    yield Place(folder, environment)
    shutil.rmtree(folder)


def test_each_program_of_the_page_is_run() -> None:
    text = Path(__file__).read_text()
    assert [name for name in programs(PAGE) if f'("{name}"' not in text] == []


async def test_an_installation_grows_as_the_page_says(place: Place) -> None:
    with (
        Machine(place.folder / "one", place.environment["ONE"], place.environment, made=True) as one,
        Machine(place.folder / "two", place.environment["TWO"], place.environment) as two,
        Machine(place.folder / "three", "127.0.0.3", place.environment) as three,
    ):
        one.sh("sudo systemctl start postgresql")
        one.run("create.sh")
        assert await place.usher("first.sh") == VERIFIED
        assert one.run("connections.sh") == "57\n"

        one.run("replicator.sh")
        two.run("standby.sh")
        one.run("synchronous.sh")
        await until_told(lambda: _has(one, "streaming|quorum\n"))
        assert await place.usher("both.sh") == VERIFIED

        company = await make_business(place.url, place.folder, "company.example.com", people=4, seats=4)
        async with Installation(place.folder, settings_for(place.url)) as installation:
            server = await installation.serve("--no-relay")
            await _assign(server, company, 0)
            one.sh(
                "kill -KILL $(head -1 $DATA/postmaster.pid); while pg_ctl status --pgdata $DATA; do sleep 0.1; done"
            )
            two.run("promote.sh")
            await until_told(lambda: _assigns(server, company, 1))
            one.run("return.sh")
            two.run("synchronous.sh")
            await until_told(lambda: _has(two, "streaming|quorum\n"))
            assert one.sh(f'psql -Atc "{COUNT}" usher') == "2\n"

            back = {"ONE": place.environment["TWO"], "TWO": place.environment["ONE"]}
            dumped = Path(two.folder, "usher.dump")
            two.run("backup.sh", **back)
            assert dumped.stat().st_size > 10_000
            two.run("restore.sh")
            assert two.sh(f'psql -Atc "{COUNT}" restored') == "2\n"
            assert await Place(place.folder, place.environment | back).usher("restored.sh") == VERIFIED

            two.run("archive.sh")
            await until_told(lambda: _assigns(server, company, 2))
            moment = two.sh('psql -Atc "SELECT now()" postgres').strip()
            await _assign(server, company, 3)
            await server.stop()
        last = two.sh('psql -Atc "SELECT pg_walfile_name(pg_switch_wal())" postgres').strip()
        await until_told(lambda: _exists(place.folder / "archive" / last))
        three.run("recover.sh", UNTIL=moment)
        await until_told(lambda: _promoted(three))
        assert three.sh(f'psql -Atc "{COUNT}" usher') == "3\n"
        recovered = {"ONE": "127.0.0.3", "TWO": "127.0.0.3"}
        assert await Place(place.folder, place.environment | recovered).usher("first.sh") == VERIFIED


async def _assign(server: UsherProcess, company: Business, number: int) -> None:
    assert await _assigns(server, company, number)


async def _assigns(server: UsherProcess, company: Business, number: int) -> bool:
    wanted = {"userId": company.users[number], "packageId": company.packages["PRO"]}
    async with Client(server.url, company.token) as client:
        answer = await client.post(ASSIGN, input=wanted)
    return answer.get("data") == ASSIGNED


async def _has(machine: Machine, printed: str) -> bool:
    return await asyncio.to_thread(machine.run, "synchronous.sh") == printed


async def _exists(path: Path) -> bool:
    return path.exists()


async def _promoted(machine: Machine) -> bool:
    return machine.sh('psql -Atc "SELECT pg_is_in_recovery()" postgres') == "f\n"
