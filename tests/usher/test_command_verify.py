"""usher verify while it runs: what it prints when, what it sees, and that nothing cuts it off."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

from models.database.connection import fetch, snapshot
from models.database.session_limits import LIMITS
from models.invariants import INVARIANTS
from tests.support.company import Company
from tests.support.processes import Forked, start_usher
from tests.support.refused_command import assert_one_line
from tests.support.running import usher_environment
from tests.support.waiting import until, until_told
from tests.usher.conftest import Run
from usher.commands.shared import run_on_database

HELD = "the sandbox charged what is recorded, and nothing else"
NUMBER = [invariant.name for invariant in INVARIANTS].index(HELD) + 1
# A rule that comes after it.
LATER = "every account has an administrator"
HALF_A_SECOND = 0.5

# In the place of the table a view of it, each row of which waits for whoever holds the lock.
HOLD = """
ALTER TABLE sandbox_charges RENAME TO sandbox_charges_held;
CREATE FUNCTION go_on() RETURNS boolean LANGUAGE sql VOLATILE AS
$$ SELECT pg_advisory_xact_lock_shared(1) IS NOT NULL $$;
CREATE VIEW sandbox_charges AS SELECT * FROM sandbox_charges_held WHERE go_on();
SELECT pg_advisory_lock(1)
"""
RELEASE = "SELECT pg_advisory_unlock(1)"
UNDO = "DROP VIEW sandbox_charges; DROP FUNCTION go_on; ALTER TABLE sandbox_charges_held RENAME TO sandbox_charges"


def impatient() -> None:
    """Give the statements of this process half a second each, unless a command says otherwise."""
    LIMITS.update(statement_timeout="500", lock_timeout="500")
    assert run_on_database.__kwdefaults__ is not None
    run_on_database.__kwdefaults__["answer_within"] = HALF_A_SECOND


@asynccontextmanager
async def held(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """Have whoever reads the sandbox's charges wait, until RELEASE is run on the connection."""
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(HOLD)
        yield connection
    finally:
        await connection.execute(RELEASE)
        await connection.execute(UNDO)
        await connection.close()


def start_verify(database_url: str, log: Path) -> Forked:
    """Start the command with its output in a file."""
    env = usher_environment(DATABASE_URL=database_url)
    return start_usher("verify", folder=log.parent, env=env, log=log, prepare=impatient)


async def waits_long() -> bool:
    """Whether the command has waited longer than the half second at which it would give up otherwise."""
    rows = await fetch(
        "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        " AND query LIKE '%sandbox_charges%' AND clock_timestamp() - query_start > interval '1 second'"
    )
    return len(rows) == 1


async def test_each_rule_is_told_when_it_begins_and_nothing_cuts_the_snapshot_off(
    run: Run, company: Company, database_url: str, tmp_path: Path
) -> None:
    await company.buy(ECO=2)
    log = tmp_path / "log"
    async with held(database_url) as holder:
        verify = start_verify(database_url, log)
        await until(lambda: log.exists() and f"{NUMBER}/{len(INVARIANTS)} {HELD}\n" in log.read_text())
        lines = log.read_text().splitlines()
        await until_told(waits_long)
        # The snapshot of the check does not hold rows that are committed now.
        await fetch("INSERT INTO accounts (id, name, version, created_at) VALUES (gen_random_uuid(), 'X', 0, now())")
        await holder.execute(RELEASE)
        assert await asyncio.wait_for(verify.wait(), 20) == 0, log.read_text()
    assert lines[::2] == [
        f"{number}/{len(INVARIANTS)} {invariant.name}" for number, invariant in enumerate(INVARIANTS[:NUMBER], 1)
    ]
    assert [line for line in lines[1::2] if not re.fullmatch(r"    holds, \d+\.\d s", line)] == []
    assert log.read_text().splitlines()[-1] == f"All {len(INVARIANTS)} invariants hold."
    again = await run("verify")
    assert again.code == 1
    assert f"{LATER} is broken by:" in again.out.splitlines()


async def test_a_snapshot_writes_nothing_and_has_no_time_limits_which_end_with_it(company: Company) -> None:
    names = ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"]
    shown = f"SELECT {', '.join(f'current_setting({name!r}) AS {name}' for name in names)}"
    before = await fetch(shown)
    async with snapshot():
        assert await fetch(shown) == [dict.fromkeys(names, "0")]
        [how] = await fetch(
            "SELECT current_setting('transaction_isolation') AS isolation,"
            " current_setting('transaction_read_only') AS read_only, current_setting('work_mem') AS memory,"
            " current_setting('enable_indexscan') AS indexes"
        )
    assert how == {"isolation": "repeatable read", "read_only": "on", "memory": "64MB", "indexes": "off"}
    assert await fetch(shown) == before
    assert "0" not in before[0].values()


async def test_rows_beyond_the_twentieth_are_told_of(run: Run, company: Company) -> None:
    await fetch(
        "INSERT INTO accounts (id, name, version, created_at)"
        " SELECT gen_random_uuid(), 'Nobody', 0, now() FROM generate_series(1, 21)"
    )
    done = await run("verify")
    assert done.code == 1
    assert re.findall(r"^    (.*rows differ), \d+\.\d s$", done.out, re.MULTILINE) == ["more than 20 rows differ"]
    _, _, shown = done.out.partition(f"{LATER} is broken by:\n")
    assert len(shown.splitlines()) == 20


async def test_a_database_that_lacks_a_table_of_the_last_rule_is_refused_before_the_first(
    run: Run, empty_url: str
) -> None:
    assert (await run("migrate", DATABASE_URL=empty_url)).code == 0
    connection = await asyncpg.connect(empty_url)
    await connection.execute("DROP TABLE tokens")
    await connection.close()
    assert_one_line(
        await run("verify", DATABASE_URL=empty_url), "The database does not fit this version; run `usher migrate`."
    )
