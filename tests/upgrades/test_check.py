"""usher migrate --check: what is to come, the locks, and how large the tables are."""

import asyncpg

from tests.database.test_migrations import schema_of
from tests.support.migrating import ROWS, STEPWISE, migrate_before
from tests.support.migrating import run as run_function
from tests.usher.conftest import Run


async def test_it_lists_statements_with_locks_and_sizes_and_changes_nothing(run: Run, empty_url: str) -> None:
    await run_function(migrate_before, empty_url, "0005_claims_and_proofs")
    connection = await asyncpg.connect(empty_url)
    await connection.execute(ROWS)
    await connection.execute("ANALYZE accounts")
    size = await connection.fetchval("SELECT pg_size_pretty(pg_total_relation_size('accounts'))")
    await connection.execute("DROP TABLE migration_kinds")
    before = await schema_of(empty_url)
    done = await run("migrate", "--check", DATABASE_URL=empty_url)
    assert (done.code, done.err) == (0, "")
    assert await schema_of(empty_url) == before
    lines = done.out.splitlines()
    assert [line.partition(":")[0] for line in lines[:-1] if not line.startswith(" ")] == STEPWISE
    assert lines[0] == "0005_claims_and_proofs: EXPAND, 0.1.0 and later may run beside it"
    assert lines[1:3] == [
        "  ALTER TABLE accounts ADD COLUMN IF NOT EXISTS confirmed_at timestamptz",
        f"    accounts, about 12000 rows, {size}: ACCESS EXCLUSIVE, reads and writes wait, 2 seconds at most",
    ]
    assert lines[-1] == f"{len(STEPWISE)} migrations are to come. Nothing was changed."
    dropped = lines.index("  DROP INDEX CONCURRENTLY IF EXISTS purchases_waiting_key")
    assert lines[dropped + 1].startswith("    purchases, about 0 rows, ")
    assert lines[dropped + 1].endswith(": SHARE UPDATE EXCLUSIVE, nobody waits")
    # Of a table that is not there yet, none waits.
    made = next(n for n, line in enumerate(lines) if line.startswith("  CREATE TABLE IF NOT EXISTS account_totals"))
    assert lines[made + 1].startswith("  CREATE TABLE IF NOT EXISTS unlicensed_users")
    await connection.close()


async def test_a_new_database_is_made_and_nothing_waits(run: Run, empty_url: str) -> None:
    done = await run("migrate", "--check", DATABASE_URL=empty_url)
    lines = done.out.splitlines()
    assert lines[:2] == [
        "0001_initial: EXPAND, 0.1.0 and later may run beside it",
        "  one transaction, on a new database",
    ]
    assert not [line for line in lines if line.startswith("    ")]
    connection = await asyncpg.connect(empty_url)
    assert await connection.fetch("SELECT FROM pg_tables WHERE schemaname = 'public'") == []
    await connection.close()


async def test_nothing_is_to_come_where_all_is_applied(run: Run, empty_url: str) -> None:
    assert (await run("migrate", DATABASE_URL=empty_url)).code == 0
    done = await run("migrate", "--check", DATABASE_URL=empty_url)
    assert (done.code, done.out, done.err) == (0, "The database is up to date.\n", "")
