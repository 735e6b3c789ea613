"""The locks that statements are said to take are those that PostgreSQL takes, and of one table at most."""

import asyncio
import re
from collections import defaultdict
from typing import Any

import asyncpg
import orjson
import pytest

from models.database.connection import PooledConnection
from models.migrating.migrate import migrate
from models.migrating.statement_locks import Lock, locks_of
from tests.support.migrating import ROWS, STEPWISE, migrate_before, start

# The strongest last.
MODES = ["RowExclusiveLock", "ShareUpdateExclusiveLock", "ShareRowExclusiveLock", "AccessExclusiveLock"]
STEP = re.compile(r"\s*(ALTER|CREATE|DROP|UPDATE)\b")
HELD = """
SELECT relname, mode FROM pg_locks JOIN pg_class ON pg_class.oid = relation
WHERE pid = pg_backend_pid() AND locktype = 'relation' AND relkind = 'r' AND relnamespace = 'public'::regnamespace
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


async def test_the_locks_of_every_statement(empty_url: str) -> None:
    await start(migrate_before, empty_url, STEPWISE[0])
    connection = await asyncpg.connect(empty_url)
    await connection.execute(ROWS)
    await connection.close()
    done = await start(_migrate_and_look, empty_url)
    assert done.code == 0, done.err
    seen = [orjson.loads(line) for line in done.out.splitlines()]
    assert len(seen) >= 40
    for statement, taken in seen:
        made = re.findall(r"CREATE TABLE IF NOT EXISTS (\w+)", statement)
        assert taken.keys() >= set(made), statement
        found = {table: mode for table, mode in taken.items() if table not in made}
        assert found == {each.relation: each.lock.mode for each in locks_of(statement)}, statement
        assert list(found.values()).count(Lock.ACCESS_EXCLUSIVE.mode) <= 1, statement


def _migrate_and_look(url: str) -> None:
    """Migrate, and print the locks of each statement that may run in a transaction."""
    execute = PooledConnection.execute

    async def looking(self: PooledConnection, query: str, *values: Any, **options: Any) -> str:
        if not STEP.match(query) or "CONCURRENTLY" in query:
            return await execute(self, query, *values, **options)
        async with self.transaction():
            done = await execute(self, query, *values, **options)
            strongest: dict[str, str] = defaultdict(lambda: MODES[0])
            for row in await self.fetch(HELD):
                if row["mode"] in MODES:
                    strongest[row["relname"]] = max(strongest[row["relname"]], row["mode"], key=MODES.index)
        titles = {table: re.sub(r"(?<=[a-z])(?=[A-Z])", " ", mode[:-4]).upper() for table, mode in strongest.items()}
        print(orjson.dumps([query, titles]).decode())  # noqa: T201
        return done

    PooledConnection.execute = looking
    asyncio.run(migrate(url))


def test_a_statement_of_another_kind_has_to_be_looked_at_first() -> None:
    with pytest.raises(ValueError, match="no lock is known of 'REINDEX TABLE users'"):
        list(locks_of("REINDEX TABLE users"))
