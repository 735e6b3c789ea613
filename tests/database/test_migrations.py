"""Migrations: from nothing to the newest schema, again, at once, and in step with the tables."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from tortoise import Tortoise
from tortoise.migrations.autodetector import MigrationAutodetector

from models.database import tortoise_config

ROOT = Path(__file__).parent.parent.parent
NAMES = sorted(path.stem for path in (ROOT / "models" / "migrations").glob("0*.py"))

# `migrate` opens and closes the pool of its process: it has one of its own here.
MIGRATE = "import asyncio, sys; from models.migrate import {0}; print(*asyncio.run({0}(sys.argv[1])))"


async def run(function: str, url: str) -> list[str]:
    """Call a function of models.migrate in a process of its own; returns the names it returns."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        MIGRATE.format(function),
        url,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    printed, errors = await asyncio.wait_for(process.communicate(), 60)
    assert (process.returncode, errors.decode()) == (0, "")
    return printed.decode().split()


@pytest.fixture
async def empty_url(database_url: str, worker: str) -> AsyncIterator[str]:
    """A database with nothing in it."""
    name = f"usher_test_{worker}_empty"
    base, _, query = database_url.partition("?")
    server = await asyncpg.connect(database_url)
    try:
        await server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await server.execute(f'CREATE DATABASE "{name}"')
        yield f"{base.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")
        await server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await server.close()


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
    assert await run("pending_migrations", empty_url) == ["all"]
    assert await run("migrate", empty_url) == NAMES
    newest = await schema_of(empty_url)
    assert newest == await schema_of(database_url)
    assert await run("pending_migrations", empty_url) == []
    assert await run("migrate", empty_url) == []
    assert await schema_of(empty_url) == newest
    assert await applied(empty_url) == NAMES


async def test_three_processes_that_migrate_at_once_do_it_once(
    empty_url: str, database_url: str, pool: None
) -> None:
    results = await asyncio.gather(*[run("migrate", empty_url) for _ in range(3)])
    assert sorted(results) == [[], [], NAMES]
    assert await applied(empty_url) == NAMES
    assert await schema_of(empty_url) == await schema_of(database_url)


async def test_a_process_that_waits_to_migrate_does_not_migrate_while_the_lock_is_held(empty_url: str) -> None:
    holder = await asyncpg.connect(empty_url)
    await holder.execute("SELECT pg_advisory_lock(7236041)")
    waiting = asyncio.create_task(run("migrate", empty_url))
    while not await holder.fetch("SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"):
        assert not waiting.done()
        await asyncio.sleep(0.01)
    assert await holder.fetch("SELECT FROM pg_tables WHERE schemaname = 'public'") == []
    await holder.close()
    assert await waiting == NAMES


async def test_the_tables_need_no_migration_that_is_not_written(pool: None, database_url: str) -> None:
    apps = Tortoise.apps
    assert apps is not None
    detector = MigrationAutodetector(apps, tortoise_config(database_url)["apps"])
    changes = [operation for writer in await detector.changes() for operation in writer.operations]
    assert [(type(operation).__name__, vars(operation)) for operation in changes] == []
