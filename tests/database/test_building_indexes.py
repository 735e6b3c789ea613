"""The migration that builds indexes on tables that have grown: nobody waits for it, and it may be interrupted."""

import asyncio
from collections.abc import AsyncIterator
from importlib import import_module

import asyncpg
import pytest

from models.migrating.migrate import migrate
from tests.database.test_migrations import run, schema_of
from tests.support.databases import new_database
from tests.support.waiting import until_told

NAME = "0009_retention"
INDEXES: dict[str, str] = import_module(f"models.migrations.{NAME}").INDEXES
WRITE = "INSERT INTO sign_in_requests (id, email, requested_at) VALUES (gen_random_uuid(), 'ann@example.com', now())"


def _migrate(url: str) -> None:
    print(*asyncio.run(migrate(url)))  # noqa: T201


@pytest.fixture
async def before(database_url: str) -> AsyncIterator[str]:
    """A database on which the migration was begun and not recorded."""
    async with new_database(database_url) as url:
        await run(_migrate, url)
        connection = await asyncpg.connect(url)
        await connection.execute("DELETE FROM tortoise_migrations WHERE name = $1", NAME)
        await connection.close()
        yield url


async def test_an_interrupted_migration_is_finished_by_the_next(before: str) -> None:
    newest = await schema_of(before)
    connection = await asyncpg.connect(before)
    await connection.execute("DROP INDEX sessions_ended_idx")
    # As CREATE INDEX CONCURRENTLY leaves it where it is cut off.
    await connection.execute(
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'deliveries_ended_idx'::regclass"
    )
    assert await run(_migrate, before) == [NAME]
    assert await schema_of(before) == newest
    valid = await connection.fetch(
        "SELECT indexrelid::regclass::text AS name FROM pg_index"
        " WHERE indisvalid AND indexrelid::regclass::text = ANY($1)",
        list(INDEXES),
    )
    await connection.close()
    assert {row["name"] for row in valid} == set(INDEXES)


async def test_writes_go_on_while_an_index_waits_for_a_transaction_that_has_written(before: str) -> None:
    old, new = await asyncpg.connect(before), await asyncpg.connect(before)
    await old.execute("DROP INDEX sign_in_requests_age_idx")
    written = old.transaction()
    await written.start()
    await old.execute(WRITE)
    migrating = asyncio.create_task(run(_migrate, before))

    async def it_waits() -> bool:
        assert not migrating.done()
        return bool(
            await new.fetch(
                "SELECT FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONCURRENTLY sign_in_requests%'"
                " AND datname = current_database() AND wait_event_type = 'Lock'"
            )
        )

    await until_told(it_waits)
    async with asyncio.timeout(20):
        await new.execute(WRITE)
    await written.commit()
    assert await migrating == [NAME]
    assert await new.fetchval("SELECT count(*) FROM sign_in_requests") == 2
    await old.close()
    await new.close()
