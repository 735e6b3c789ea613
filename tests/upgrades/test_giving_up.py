"""A lock that is not free: the statement is tried again, and in the end the migration stops and says why."""

from pathlib import Path

import asyncpg
import pytest

import models.migrating.step_editor
from models.migrating.step_editor import LockNotAvailable, retried
from tests.support.migrating import STEPWISE, migrate_before, start
from tests.support.processes import Finished, _usher, call
from tests.support.running import usher_environment
from tests.usher.conftest import Run


async def test_a_migration_that_gets_no_lock_stops_and_goes_on_later(
    run: Run, empty_url: str, tmp_path: Path
) -> None:
    await start(migrate_before, empty_url, "0008_search")
    holder = await asyncpg.connect(empty_url)
    async with holder.transaction():
        await holder.execute("SELECT FROM users")
        pid = holder.get_server_pid()
        done = await _migrate_impatiently(empty_url, tmp_path)
    assert (done.code, done.out) == (2, "")
    waits, refusal = done.err.splitlines()
    assert '"event": "migration.waits_for_lock"' in waits
    assert '"retries_in": 0.05' in waits
    assert refusal.startswith(
        "usher: The migration has stopped: a lock was not free in 2 tries, for 'ALTER TABLE users ADD COLUMN IF NOT"
        f" EXISTS search_text text'. The oldest transaction is that of process {pid} of the database, from "
    )
    assert refusal.endswith(" UTC. Run `usher migrate` again: it goes on from here.")
    assert await holder.fetch("SELECT FROM tortoise_migrations WHERE name = '0008_search'") == []
    await holder.close()
    again = await run("migrate", DATABASE_URL=empty_url)
    later = [f"applied {name}" for name in STEPWISE[STEPWISE.index("0008_search") :]]
    assert again.out.splitlines() == [*later, "The database is up to date."]


async def _migrate_impatiently(url: str, folder: Path) -> Finished:
    return await call(_usher, ("migrate",), _try_twice, folder=folder, env=usher_environment(DATABASE_URL=url))


def _try_twice() -> None:
    models.migrating.step_editor.TRIES, models.migrating.step_editor.WAITS = 2, 0.05


async def test_the_victim_of_a_deadlock_is_tried_again(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models.migrating.step_editor, "WAITS", 0.0)
    outcomes: list[Exception | None] = [asyncpg.DeadlockDetectedError("deadlock detected"), None]
    tried: list[Exception | None] = []

    async def attempt() -> None:
        tried.append(outcomes[len(tried)])
        if error := tried[-1]:
            raise error

    await retried("ALTER TABLE users ADD COLUMN newer int", attempt)
    assert tried == outcomes


async def test_a_statement_is_tried_twenty_times(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models.migrating.step_editor, "WAITS", 0.0)
    tried = 0

    async def attempt() -> None:
        nonlocal tried
        tried += 1
        raise asyncpg.LockNotAvailableError("canceling statement due to lock timeout")

    with pytest.raises(LockNotAvailable, match="in 20 tries, for 'ALTER TABLE users'"):
        await retried("ALTER TABLE users", attempt)
    assert tried == 20
