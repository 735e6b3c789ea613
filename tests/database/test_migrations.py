"""Migrations: from nothing to the newest schema, again, at once, and in step with the tables."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import asyncpg
import pytest
from tortoise import Tortoise
from tortoise.migrations.autodetector import MigrationAutodetector

import models.migrating.migrate
from models.database.connection import fetch, tortoise_config
from models.database.database_url import DatabaseUrl
from models.database.pending_migrations import pending_migrations
from models.migrating.migrate import MigrationUnderWay, migrate
from tests.support.databases import new_database
from tests.support.processes import call
from tests.support.running import usher_environment

ROOT = Path(__file__).parent.parent.parent
NAMES = sorted(path.stem for path in (ROOT / "models" / "migrations").glob("0*.py"))


def _migrate(url: str) -> None:
    print(*asyncio.run(migrate(url)))  # noqa: T201


def _pending(url: str) -> None:
    print(*asyncio.run(_find_pending(url)))  # noqa: T201


async def _find_pending(url: str) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        return await pending_migrations(connection)
    finally:
        await connection.close()


async def run(function: Callable[[str], None], url: str) -> list[str]:
    """Call one of these in a process of its own, for they open and close its pool; returns the names printed."""
    done = await call(function, url, folder=ROOT, env=usher_environment())
    assert (done.code, done.err) == (0, "")
    return done.out.split()


@pytest.fixture
async def empty_url(database_url: str) -> AsyncIterator[str]:
    """A database with nothing in it."""
    async with new_database(database_url) as url:
        yield url


async def schema_of(url: str) -> list[tuple[str, ...]]:
    """Every column, constraint, index, trigger and sequence, by name and definition."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            """
            SELECT 'column', table_name || '.' || column_name, data_type || is_nullable
            FROM information_schema.columns WHERE table_schema = 'public'
            UNION ALL SELECT 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
            FROM pg_constraint WHERE connamespace = 'public'::regnamespace
            UNION ALL SELECT 'index', indexname::text, indexdef FROM pg_indexes WHERE schemaname = 'public'
            UNION ALL SELECT 'trigger', tgname::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
            UNION ALL SELECT 'sequence', sequencename::text, '' FROM pg_sequences
            ORDER BY 1, 2, 3
            """
        )
        return [tuple(row) for row in rows]
    finally:
        await connection.close()


async def applied(url: str) -> list[str]:
    """The migrations that the database has on record."""
    connection = await asyncpg.connect(url)
    try:
        return [row["name"] for row in await connection.fetch("SELECT name FROM tortoise_migrations ORDER BY id")]
    finally:
        await connection.close()


async def test_from_nothing_to_the_newest_schema_and_again_changes_nothing(
    empty_url: str, database_url: str, pool: None
) -> None:
    assert await run(_pending, empty_url) == ["all"]
    assert await run(_migrate, empty_url) == NAMES
    newest = await schema_of(empty_url)
    assert await run(_pending, empty_url) == []
    assert await run(_migrate, empty_url) == []
    assert await schema_of(empty_url) == newest
    assert await applied(empty_url) == NAMES


async def test_three_processes_that_migrate_at_once_do_it_once(database_url: str, pool: None) -> None:
    async with new_database(database_url) as url:
        await run(_migrate, url)
        newest = await schema_of(url)
    async with new_database(database_url) as url:
        results = await asyncio.gather(*[run(_migrate, url) for _ in range(3)])
        assert sorted(results) == [[], [], NAMES]
        assert await applied(url) == NAMES
        assert await schema_of(url) == newest


async def test_a_process_that_waits_to_migrate_does_not_migrate_while_the_lock_is_held(empty_url: str) -> None:
    holder = await asyncpg.connect(empty_url)
    await holder.execute("SELECT pg_advisory_lock(7236041)")
    waiting = asyncio.create_task(run(_migrate, empty_url))
    tried = (
        "SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND state = 'idle' AND query = 'ROLLBACK;'"
    )
    while not await holder.fetch(tried):
        assert not waiting.done()
        await asyncio.sleep(0.01)
    # It waits between transactions: one that waited would hold up the building of indexes.
    assert await holder.fetch("SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted") == []
    assert await holder.fetch("SELECT FROM pg_tables WHERE schemaname = 'public'") == []
    await holder.close()
    assert await waiting == NAMES


async def test_a_lock_that_does_not_end_is_told_with_its_holder(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models.migrating.migrate, "WAITS_FOR_OTHERS", 0.1)
    holder = await asyncpg.connect(empty_url)
    async with holder.transaction():
        await holder.execute("SELECT pg_advisory_xact_lock(7236041)")
        pid = holder.get_server_pid()
        with pytest.raises(
            MigrationUnderWay, match=f"lock of process {pid} of the database, from a local socket, since"
        ):
            await models.migrating.migrate.migrate(empty_url)
    await holder.close()


async def test_a_migration_leaves_no_lock_and_gives_the_role_its_limits(empty_url: str) -> None:
    assert await run(_migrate, empty_url) == NAMES
    connection = await asyncpg.connect(empty_url)
    assert await connection.fetchval("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == 0
    assert await connection.fetchval("SHOW statement_timeout") == "30s"
    assert await connection.fetchval("SHOW jit") == "off"
    await connection.close()


async def test_the_tables_need_no_migration_that_is_not_written(pool: None, database_url: str) -> None:
    apps = Tortoise.apps
    assert apps is not None
    detector = MigrationAutodetector(apps, tortoise_config(DatabaseUrl.parse(database_url))["apps"])
    changes = [operation for writer in await detector.changes() for operation in writer.operations]
    assert [(type(operation).__name__, vars(operation)) for operation in changes] == []


async def test_what_grows_with_every_mail_is_not_read_as_a_whole_to_delete_a_user(db: None) -> None:
    rows = await fetch(
        """
        SELECT conrelid::regclass || '.' || attname AS reference
        FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
        WHERE contype = 'f' AND confrelid IN ('accounts'::regclass, 'users'::regclass) AND NOT EXISTS (
            SELECT FROM pg_index WHERE indrelid = conrelid AND indkey[0] = conkey[1] AND indpred IS NULL
        )
        ORDER BY 1
        """
    )
    # Of these there are as many as a business has, or buys.
    assert [row["reference"] for row in rows] == [
        "api_keys.created_by_id",
        "cart_lines.account_id",
        "carts.account_id",
        "licenses.user_id",
        "purchase_lines.account_id",
        "purchases.buyer_id",
    ]
