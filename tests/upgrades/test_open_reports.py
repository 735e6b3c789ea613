"""Each migration beside a report that has read every table: calls go on meanwhile."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from time import perf_counter

import asyncpg

from tests.support.databases import new_database
from tests.support.migrating import ROWS, STEPWISE, migrate_all, migrate_before, run, start

# Seconds.
REPORT = 5
PAUSE = 0.02
MOST = 2.5
WAITS = "migration.waits_for_lock"
# The statements of a call, for each table.
READ = "SELECT FROM {table} LIMIT 1"
WRITE = "DELETE FROM {table} WHERE false"


@dataclass
class Beside:
    """The outcome of a migration beside a report: the longest wait of a read or a write, and the log."""

    longest: float
    log: str
    waited_for_report: bool


async def migrate_beside_report(url: str, name: str) -> Beside:
    """Run every migration from this one on, while a report is open at first."""
    await run(migrate_before, url, STEPWISE[0])
    connection = await asyncpg.connect(url)
    await connection.execute(ROWS)
    if name != STEPWISE[0]:
        await run(migrate_before, url, name)
    rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    await connection.close()
    tables = [row["tablename"] for row in rows]
    begun = asyncio.Event()
    report = asyncio.create_task(_report(url, tables, begun))
    await begun.wait()
    migration = asyncio.create_task(start(migrate_all, url))
    probes = [asyncio.create_task(_probe(url, sql, tables, migration)) for sql in (READ, WRITE)]
    await report
    waited = not migration.done()
    done = await migration
    assert done.code == 0, done.err
    assert done.out.split() == STEPWISE[STEPWISE.index(name) :]
    return Beside(max(await asyncio.gather(*probes)), done.err, waited)


async def _report(url: str, tables: list[str], begun: asyncio.Event) -> None:
    connection = await asyncpg.connect(url)
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        for table in tables:
            await connection.execute(f"SELECT count(*) FROM {table}")
        begun.set()
        await connection.execute(f"SELECT pg_sleep({REPORT})")
    await connection.close()


async def _probe(url: str, sql: str, tables: list[str], migration: asyncio.Task[object]) -> float:
    """Call until the migration has ended; returns how long the longest took."""
    connection, longest = await asyncpg.connect(url), 0.0
    while not migration.done():
        for table in tables:
            began = perf_counter()
            await connection.execute(sql.format(table=table))
            longest = max(longest, perf_counter() - began)
        await asyncio.sleep(PAUSE)
    await connection.close()
    return longest


# Those that alter a table with rows; the others build indexes, for which nobody waits.
ALTERS = {"0005_claims_and_proofs", "0006_carts_of_keys", "0007_blocked_deliveries", "0008_search"}


async def test_no_call_waits_long_beside_a_report(database_url: str) -> None:
    async with AsyncExitStack() as stack:
        urls = [await stack.enter_async_context(new_database(database_url, f"new_{name[:4]}")) for name in STEPWISE]
        came = await asyncio.gather(*map(migrate_beside_report, urls, STEPWISE))
    assert [name for name, beside in zip(STEPWISE, came, strict=True) if not beside.waited_for_report] == []
    assert {name: beside.longest for name, beside in zip(STEPWISE, came, strict=True) if beside.longest > MOST} == {}
    # And the calls did meet what waits, where something does.
    assert {name for name, beside in zip(STEPWISE, came, strict=True) if WAITS in beside.log} == ALTERS
    assert {name for name, beside in zip(STEPWISE, came, strict=True) if beside.longest > 1} == ALTERS
