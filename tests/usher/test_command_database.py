"""usher migrate and usher verify, and what every command says of a database that is not as it must be."""

import re
from pathlib import Path

import asyncpg
import pytest

from models.database.connection import fetch
from models.invariants import INVARIANTS
from tests.support.company import Company
from tests.support.databases import another_database, as_reader
from tests.support.refused_command import assert_one_line, assert_refused
from tests.support.running import free_port, run_usher
from tests.support.unchanged import nothing_changes
from tests.usher.conftest import Run

MIGRATIONS = ["0001_initial", "0002_constraints", "0003_sign_in_requests"]


async def test_migrate_makes_an_empty_database_ready_and_does_so_once(run: Run, empty_url: str) -> None:
    done = await run("migrate", DATABASE_URL=empty_url)
    assert (done.code, done.err) == (0, "")
    *first, last = done.out.splitlines()
    assert first[: len(MIGRATIONS)] == [f"applied {name}" for name in MIGRATIONS]
    assert last == "The database is up to date."
    connection = await asyncpg.connect(empty_url)
    codes = [row["code"] for row in await connection.fetch("SELECT code FROM packages WHERE on_sale ORDER BY tier")]
    await connection.execute("UPDATE packages SET unit_price = 1, on_sale = (code = 'ECO')")
    again = await run("migrate", DATABASE_URL=empty_url)
    assert (again.code, again.out, again.err) == (0, "The database is up to date.\n", "")
    # A catalogue that is there is the operator's own.
    kept = [tuple(row) for row in await connection.fetch("SELECT code, unit_price FROM packages WHERE on_sale")]
    await connection.close()
    assert codes == ["ECO", "ADVANCED", "PRO"]
    assert kept == [("ECO", 1)]


def table_of(printed: str) -> dict[str, str]:
    """The table of invariants and verdicts; a name too long for its column goes on in the next line."""
    table: dict[str, str] = {}
    for line in printed.splitlines():
        if line.startswith("│"):
            name, verdict, seconds = (cell.strip() for cell in line.strip("│").split("│"))
            assert not verdict or re.fullmatch(r"\d+\.\d", seconds), line
            if not verdict:
                before, verdict = table.popitem()
                name = f"{before} {name}"
            table[name] = verdict
    return table


async def test_verify_proves_a_right_database(run: Run, company: Company) -> None:
    await company.buy(ECO=2)
    await company.assign(company.users[0], "ECO")
    async with nothing_changes():
        done = await run("verify")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[-1] == f"All {len(INVARIANTS)} invariants hold."
    assert table_of(done.out) == {invariant.name: "holds" for invariant in INVARIANTS}


async def test_verify_shows_what_is_wrong_and_exits_1(run: Run, company: Company) -> None:
    await company.buy(ECO=2)
    await fetch("UPDATE seat_pools SET purchased = 3")
    async with nothing_changes():
        done = await run("verify")
    assert (done.code, done.err) == (1, "")
    broken = {"counters equal the rows", "counters equal the newest events"}
    assert table_of(done.out) == {
        invariant.name: "1 rows differ" if invariant.name in broken else "holds" for invariant in INVARIANTS
    }
    lines = done.out.splitlines()
    start = lines.index("counters equal the rows is broken by:")
    shown = lines[start + 1]
    assert f"account_id={company.account_id}" in shown
    assert f"package_id={company.packages['ECO'].id}" in shown
    assert "purchased=3, purchased_rows=2, assigned=0, assigned_rows=None" in shown
    assert "counters equal the newest events is broken by:" in lines


NEED_THE_DATABASE = [
    ["verify"],
    ["catalogue"],
    ["account", "create", "Company", "ann@example.com", "--first-name", "Ann", "--last-name", "Example"],
    ["domain", "approve", "example.com"],
    ["token", "bearer", "ann@example.com"],
    ["token", "link", "ann@example.com"],
]


@pytest.mark.parametrize("arguments", NEED_THE_DATABASE, ids=lambda arguments: " ".join(arguments[:2]))
async def test_a_database_that_is_not_migrated_is_told_in_one_line(
    run: Run, empty_url: str, arguments: list[str]
) -> None:
    assert_one_line(await run(*arguments, DATABASE_URL=empty_url), "The database ")


@pytest.mark.parametrize("arguments", [*NEED_THE_DATABASE, ["migrate"]], ids=lambda words: " ".join(words[:2]))
async def test_a_database_that_is_not_there_is_told_in_one_line(run: Run, arguments: list[str]) -> None:
    url = f"postgres://usher:hush@127.0.0.1:{free_port()}/usher"
    done = await run(*arguments, DATABASE_URL=url)
    assert_one_line(done, "The database cannot be used: ")
    assert "hush" not in done.err


@pytest.mark.parametrize("arguments", [["verify"], ["migrate"]], ids=" ".join)
async def test_a_database_that_the_server_does_not_have_is_told_in_one_line(
    run: Run, database_url: str, arguments: list[str]
) -> None:
    url = another_database(database_url, "usher_test_of_nobody")
    assert_one_line(await run(*arguments, DATABASE_URL=url), "The database cannot be used: ")


async def test_who_may_not_migrate_is_told_the_reason_alone(run: Run, empty_url: str) -> None:
    reader = await as_reader(empty_url)
    done = await run("migrate", DATABASE_URL=reader)
    assert_refused(done, "The database cannot be migrated: permission denied for schema public")


async def test_who_may_not_read_is_not_told_to_migrate(run: Run, empty_url: str) -> None:
    assert (await run("migrate", DATABASE_URL=empty_url)).code == 0
    done = await run("token", "bearer", "ann@example.com", DATABASE_URL=await as_reader(empty_url))
    assert_refused(done, "The database cannot be used: permission denied for table users")


async def test_a_wrong_setting_is_told_in_one_line(run: Run) -> None:
    done = await run("verify", DATABASE_URL="mysql://db.example.com/usher")
    assert_refused(done, "USHER_DATABASE_URL is wrong: expected postgres://user:password@host:port/database.")


async def test_a_command_in_a_folder_without_a_database_says_so_and_makes_none(tmp_path: Path) -> None:
    exit_code, printed = await run_usher("verify", folder=tmp_path)
    assert exit_code == 2
    assert printed.startswith("usher: There is no database in .usher here.")
    assert printed.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


async def test_a_database_of_its_own_that_recovers_slowly_from_a_crash_is_waited_for(tmp_path: Path) -> None:
    code, printed = await run_usher("migrate", folder=tmp_path)
    assert (code, printed.splitlines()[-1]) == (0, "The database is up to date.")
    data = tmp_path / ".usher" / "postgres"
    # PostgreSQL asks a command for more to recover, which takes longer than the library waits.
    slept = data / "slept"
    (data / "recovery.signal").touch()
    with (data / "postgresql.auto.conf").open("a") as settings:
        settings.write(f"restore_command = 'test -e {slept} || (touch {slept}; sleep 12); false'\n")
    assert await run_usher("migrate", folder=tmp_path) == (0, "The database is up to date.\n")
    assert slept.exists()
