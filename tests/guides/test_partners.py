"""docs/partners.md: every program does what the page says."""

import asyncio
import re
import shlex
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from models.database.connection import fetch
from models.operations.integrations.create_api_key import create_api_key
from models.permissions import Permission
from models.tables import License
from tests.support.company import Company
from tests.support.guides import DOCS, programs, run, running
from tests.support.running import run_usher

PAGE = "partners.md"


@pytest.fixture
async def environment(company: Company, server_url: str) -> dict[str, str]:
    """The environment of the programs: a server, and a key that reads."""
    return await variables(company, server_url, Permission.VIEW_INVENTORY)


async def variables(company: Company, server_url: str, *scopes: Permission) -> dict[str, str]:
    issued = await create_api_key(company.viewer, name="Guide", scopes=scopes)
    return {"USHER_URL": server_url, "USHER_KEY": issued.secret, "EVERY": "0.05"}


async def test_the_command_that_makes_a_key(company: Company, database_url: str, tmp_path: Path) -> None:
    line = re.search(r"^\.venv/bin/usher (api-key create .*)$", (DOCS / PAGE).read_text(), re.MULTILINE)
    assert line is not None
    code, printed = await run_usher(*shlex.split(line[1]), folder=tmp_path, DATABASE_URL=database_url)
    assert (code, printed.startswith("usher_key_")) == (0, True), printed
    assert await fetch("SELECT name, scopes FROM api_keys") == [
        {"name": "Seat report", "scopes": '["VIEW_INVENTORY"]'}
    ]


@pytest.mark.parametrize("name", ["poll.py", "poll.mjs"])
async def test_a_poll_tells_the_counts_and_each_change(
    company: Company, environment: dict[str, str], tmp_path: Path, name: str
) -> None:
    await company.buy(PRO=2)
    async with running(PAGE, name, tmp_path, **environment) as program:
        lines = {(await program.line()).replace(",", "") for _ in range(3)}
        assert lines == {
            "ECO 0 assigned 0 available",
            "ADVANCED 0 assigned 0 available",
            "PRO 0 assigned 2 available",
        }
        await company.assign(company.users[0], "PRO")
        lines = [(await program.line()).replace(",", "") for _ in range(3)]
        assert lines[-1] == "PRO 1 assigned 1 available"


@pytest.mark.parametrize("name", ["poll.py", "poll.mjs"])
async def test_a_poll_goes_on_where_a_kept_connection_broke(
    company: Company, environment: dict[str, str], tmp_path: Path, name: str
) -> None:
    await company.buy(PRO=2)
    async with (
        breaking_once(environment["USHER_URL"]) as url,
        running(PAGE, name, tmp_path, **environment | {"USHER_URL": url}) as program,
    ):
        assert [(await program.line()).split()[0] for _ in range(3)] == ["ECO", "ADVANCED", "PRO"]


@asynccontextmanager
async def breaking_once(url: str) -> AsyncIterator[str]:
    """The address of a way to a server that breaks its first connection when a request has come."""
    address, seen = urlsplit(url), []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.read(65_536))
        if len(seen) == 1:
            writer.transport.abort()
            return
        there, back = await asyncio.open_connection(address.hostname, address.port)
        back.write(seen[-1])
        await asyncio.gather(passed_on(there, writer), passed_on(reader, back))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()
    assert len(seen) > 1


async def passed_on(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await source.read(65_536):
            sink.write(data)
    sink.close()


@pytest.mark.parametrize("name", ["poll.py", "poll.mjs"])
async def test_a_poll_with_a_bad_key_says_why(environment: dict[str, str], tmp_path: Path, name: str) -> None:
    done = await run(PAGE, name, tmp_path, **environment | {"USHER_KEY": "usher_key_x"})
    assert done.code == 1
    assert "UNAUTHENTICATED: The access token or API key is not one that was given out here." in done.err


async def test_events_are_told_in_order_and_from_a_version_on(
    company: Company, environment: dict[str, str], tmp_path: Path
) -> None:
    await company.buy(PRO=2)
    first = await run(PAGE, "events.py", tmp_path, **environment)
    assert (first.code, first.err) == (0, "")
    bought, on = first.out.splitlines()
    assert bought.split(" ", 1)[1] == "purchase.completed PRO 2 available"
    version = on.removeprefix("go on after ")
    assert version == bought.split()[0]
    await company.assign(company.users[0], "PRO")
    then = await run(PAGE, "events.py", tmp_path, version, **environment)
    assert then.out.splitlines()[0].endswith("license.assigned PRO 1 available")
    assert (await run(PAGE, "events.py", tmp_path, "999", **environment)).err == "STALE_VERSION\n"


async def test_following_tells_each_change(company: Company, environment: dict[str, str], tmp_path: Path) -> None:
    await company.buy(PRO=2)
    async with running(PAGE, "follow.py", tmp_path, **environment) as program:
        assert [await program.line() for _ in range(3)] == [
            "ECO 0 available",
            "ADVANCED 0 available",
            "PRO 2 available",
        ]
        await company.assign(company.users[0], "PRO")
        assert await program.line() == "PRO 1 available"


async def test_a_seat_is_given_or_refused_with_the_way_out(company: Company, server_url: str, tmp_path: Path) -> None:
    scopes = (Permission.VIEW_INVENTORY, Permission.MANAGE_USERS, Permission.ASSIGN_LICENSES)
    environment = await variables(company, server_url, *scopes)
    await company.buy(PRO=1, ECO=1)
    ann, ben = (user.email for user in company.users[:2])
    given = await run(PAGE, "assign.py", tmp_path, ann.upper(), "PRO", **environment)
    assert (given.code, given.out) == (0, "given: Pro\n"), given.err
    held = await License.get(user_id=company.users[0].id, ended_at=None)
    assert held.package_id == company.packages["PRO"].id
    again = await run(PAGE, "assign.py", tmp_path, ann, "ECO", **environment)
    assert (again.code, again.err) == (1, "holds PRO already; use changeLicense\n")
    full = await run(PAGE, "assign.py", tmp_path, ben, "PRO", **environment)
    assert (full.code, full.err) == (1, "no seat is free; there are of: ECO\n")
    nobody = await run(PAGE, "assign.py", tmp_path, "nobody@example.com", "PRO", **environment)
    assert (nobody.code, nobody.err) == (1, "There is no such person, or no such package.\n")


def test_every_program_of_the_page_is_run() -> None:
    others = [DOCS.parent / "e2e" / "test_guides.py", DOCS.parent / "e2e" / "tools" / "test_python_client.py"]
    mine = "".join(path.read_text() for path in (Path(__file__), *others))
    assert [name for name in programs(PAGE) if f'"{name}"' not in mine] == []


async def test_seats_are_bought_by_a_key_whatever_is_in_carts(
    company: Company, server_url: str, tmp_path: Path
) -> None:
    await company.put_in_cart(ADVANCED=9)
    environment = await variables(company, server_url, Permission.PURCHASE)
    done = await run(PAGE, "buy.py", tmp_path, "PRO", "2", "pm_card_visa", **environment)
    assert (done.code, done.err) == (0, "")
    assert [re.sub(r"P-\d{4}-\d+", "NUMBER", line) for line in done.out.splitlines()] == [
        "to be paid: 498.00 CAD",
        "NUMBER is COMPLETED",
        "ECO 0 available",
        "ADVANCED 0 available",
        "PRO 2 available",
    ]


async def test_what_keeps_seats_from_being_bought_is_told(company: Company, server_url: str, tmp_path: Path) -> None:
    environment = await variables(company, server_url, Permission.PURCHASE)
    for quantity, method, says in [
        ("2", "pm_card_chargeDeclined", "declined: card_declined\n"),
        ("0", "pm_card_visa", "INVALID_INPUT: lines.0.quantity: A whole number from 1 to 10000.\n"),
    ]:
        done = await run(PAGE, "buy.py", tmp_path, "ECO", quantity, method, **environment)
        assert (done.code, done.err) == (1, says)
    assert (await company.counts())["ECO"] == (0, 0, 0)
