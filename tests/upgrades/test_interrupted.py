"""Each migration is interrupted after each of its statements, and run again."""

import asyncio
import re
from typing import Any

import asyncpg
import pytest
from tortoise import connections

import models.database.connection
import models.migrating.apply_migrations
from models.database.connection import PooledConnection, connect, disconnect
from models.migrating.migrate import migrate
from models.migrating.schema_change import SchemaChange
from models.migrating.step_editor import StepEditor
from models.migrating.steps import FillRows
from tests.database.test_migrations import schema_of
from tests.support.databases import new_database
from tests.support.migrating import ROWS, STEPWISE, Stopped, migrate_all, migrate_before, run

STEP = re.compile(r"\s*(ALTER|CREATE|DROP|UPDATE)\b")
BUILT = re.compile(r"CREATE (?:UNIQUE )?INDEX CONCURRENTLY (\w+)")


@pytest.fixture(scope="module")
async def newest(database_url: str) -> list[tuple[str, ...]]:
    """The schema that an undisturbed migration makes."""
    async with new_database(database_url) as url:
        await run(migrate_all, url)
        return await schema_of(url)


@pytest.mark.parametrize("name", STEPWISE)
async def test_a_migration_goes_on_after_an_interruption_anywhere(
    database_url: str, newest: list[tuple[str, ...]], name: str
) -> None:
    async with new_database(database_url) as url:
        await run(migrate_before, url, STEPWISE[0])
        connection = await asyncpg.connect(url)
        await connection.execute(ROWS)
        if name != STEPWISE[0]:
            await run(migrate_before, url, name)
        (interruptions,) = await run(_interrupt, url, name)
        assert int(interruptions) >= 3
        await run(migrate_all, url)
        assert await schema_of(url) == newest
        assert await connection.fetch("SELECT FROM pg_index WHERE NOT indisvalid") == []
        assert await connection.fetch("SELECT FROM pg_constraint WHERE NOT convalidated") == []
        assert await connection.fetch("SELECT FROM accounts WHERE confirmed_at IS DISTINCT FROM created_at") == []
        assert await connection.fetchval("SELECT count(DISTINCT id) FROM carts WHERE version = 3") == 100
        await connection.close()


def _interrupt(url: str, name: str) -> None:
    """Run one migration again and again: each time until a statement after which it was not yet interrupted."""
    seen: set[str] = set()
    execute, load = PooledConnection.execute, models.migrating.apply_migrations.load_migrations

    async def until_new(self: PooledConnection, query: str, *values: Any, **options: Any) -> str:
        done = await execute(self, query, *values, **options)
        if STEP.match(query) and query not in seen:
            seen.add(query)
            if built := BUILT.match(query):
                # As it is left by a build that is cut off.
                await self.fetch("UPDATE pg_index SET indisvalid = false WHERE indexrelid = $1::regclass", built[1])
            raise Stopped
        return done

    async def up_to_this_one(apps: dict[str, Any]) -> tuple[list[SchemaChange], set[str]]:
        migrations, applied = await load(apps)
        return [migration for migration in migrations if migration.name <= name], applied

    models.database.connection.PooledConnection.execute = until_new
    models.migrating.apply_migrations.load_migrations = up_to_this_one
    while True:
        try:
            asyncio.run(migrate(url))
        except Stopped:
            continue
        break
    print(len(seen))  # noqa: T201


async def test_rows_are_filled_in_parts_past_one_that_is_locked(empty_url: str) -> None:
    await run(migrate_before, empty_url, STEPWISE[0])
    connection, holder = await asyncpg.connect(empty_url), await asyncpg.connect(empty_url)
    await connection.execute(ROWS)
    await connection.execute("ALTER TABLE accounts ADD COLUMN confirmed_at timestamptz")
    async with holder.transaction():
        await holder.execute("UPDATE accounts SET version = 1 WHERE name = 'Company 1'")
        filling = asyncio.create_task(run(_fill, empty_url))
        while await connection.fetchval("SELECT count(*) FROM accounts WHERE confirmed_at IS NULL") > 1:
            assert not filling.done()
            await asyncio.sleep(0.02)
        parts = await connection.fetch("SELECT count(*) AS rows FROM accounts GROUP BY xmin::text ORDER BY rows")
        assert [row["rows"] for row in parts] == [1, 1_999, 5_000, 5_000]
    await filling
    row = await connection.fetchrow("SELECT confirmed_at = created_at AS same FROM accounts WHERE version = 1")
    assert row is not None
    assert row["same"]
    await connection.close()
    await holder.close()


def _fill(url: str) -> None:
    asyncio.run(_fill_rows(url))


async def _fill_rows(url: str) -> None:
    await connect(url)
    fill = FillRows("accounts", "confirmed_at = created_at", where="confirmed_at IS NULL")
    await fill.database_forward("models", None, None, StepEditor(connections.get("default"), atomic=False))
    await disconnect()
