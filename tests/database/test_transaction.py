"""The one transaction helper: what it keeps, what it undoes, and that it always gives its connection back."""

import asyncio
from contextlib import nullcontext
from random import Random
from typing import Any

import asyncpg
import pytest
from tortoise import connections
from tortoise.exceptions import IntegrityError

from models.database.clock import now
from models.database.connection import execute_many, fetch, fetch_one, savepoint, transaction
from models.database.ids import new_id
from models.database.session_limits import LIMITS
from models.tables import Account
from tests.support.limits_shown import LIMITS_SHOWN
from tests.support.unchanged import nothing_changes
from tests.support.waiting import until, until_told


async def names() -> list[str]:
    """The accounts there are, as everybody sees them."""
    return await Account.all().order_by("name").values_list("name", flat=True)


async def add(name: str) -> None:
    """Write one account."""
    await Account.create(name=name, created_at=now())


async def _none_is_in_a_transaction() -> bool:
    return not await fetch(
        "SELECT FROM pg_stat_activity"
        " WHERE datname = current_database() AND state LIKE 'idle%' AND xact_start IS NOT NULL"
    )


async def assert_pool_is_whole() -> None:
    """Every connection is back in the pool, and none of them is inside a transaction."""
    pool = connections.get("default")._pool
    await until(lambda: pool.get_idle_size() == pool.get_size())
    # A transaction that nobody ends stays; PostgreSQL may show one that has just ended.
    await until_told(_none_is_in_a_transaction)
    # All of them at once, so that each is used.
    answers = await asyncio.gather(*[fetch("SELECT $1::int AS n, pg_sleep(0.01)", n) for n in range(40)])
    assert [rows[0]["n"] for rows in answers] == list(range(40))
    assert pool.get_size() <= pool.get_max_size() == 20


async def test_a_block_that_ends_is_committed(db: None) -> None:
    async with transaction():
        await add("one")
        await fetch("INSERT INTO accounts (id, name, version, created_at) VALUES ($1, 'two', 0, now())", new_id())
        await execute_many(
            "INSERT INTO accounts (id, name, version, created_at) VALUES ($1, $2, 0, now())",
            [(new_id(), "three"), (new_id(), "four")],
        )
    assert await names() == ["four", "one", "three", "two"]


async def test_a_block_that_raises_is_undone(db: None) -> None:
    async def work() -> None:
        async with transaction():
            await add("one")
            await execute_many("UPDATE accounts SET version = $1", [(7,)])
            raise ValueError("enough")

    async with nothing_changes():
        with pytest.raises(ValueError, match="enough"):
            await work()
    await assert_pool_is_whole()


async def test_a_block_that_a_statement_fails_is_undone(db: None) -> None:
    async def work() -> None:
        async with transaction():
            await add("one")
            await add("")

    async with nothing_changes():
        with pytest.raises(IntegrityError):
            await work()
    await assert_pool_is_whole()


async def test_nobody_else_sees_what_is_not_committed(db: None) -> None:
    wrote, seen = asyncio.Event(), asyncio.Event()

    async def write() -> None:
        async with transaction():
            await add("one")
            assert await names() == ["one"]
            assert await fetch_one("SELECT name FROM accounts") == {"name": "one"}
            wrote.set()
            await seen.wait()

    writing = asyncio.create_task(write())
    await wrote.wait()
    assert await names() == []
    seen.set()
    await writing
    assert await names() == ["one"]


async def test_transactions_do_not_nest(db: None) -> None:
    async with transaction():
        await add("one")
        with pytest.raises(RuntimeError, match="operations do not nest"):
            async with transaction():
                pass
        await add("two")
    assert await names() == ["one", "two"]


async def test_a_savepoint_undoes_only_its_own_block(db: None) -> None:
    async def work() -> None:
        async with savepoint():
            await add("two")
            await add("")

    async with transaction():
        await add("one")
        with pytest.raises(IntegrityError):
            await work()
        async with savepoint():
            await add("three")
    assert await names() == ["one", "three"]


async def test_a_savepoint_needs_a_transaction(db: None) -> None:
    with pytest.raises(RuntimeError, match="needs a transaction"):
        async with savepoint():
            pass


async def test_what_follows_a_transaction_runs_outside_of_it(db: None) -> None:
    async with transaction():
        await add("one")
        (inside,) = await fetch("SELECT pg_backend_pid() AS pid, pg_current_xact_id_if_assigned() AS xact")
    (after,) = await fetch("SELECT pg_current_xact_id_if_assigned() AS xact")
    assert (inside["xact"] is None, after["xact"]) == (False, None)


async def test_a_task_started_after_the_commit_has_a_connection_of_its_own(db: None) -> None:
    async def work() -> list[str]:
        async with transaction():
            await add("two")
        return await names()

    async with transaction():
        await add("one")
    task = asyncio.create_task(work())
    async with transaction():
        await add("three")
    assert {"one", "two"} <= set(await task)
    assert await names() == ["one", "three", "two"]


async def test_parallel_transactions_share_nothing(db: None) -> None:
    async def work(number: int) -> None:
        with pytest.raises(ValueError, match="odd") if number % 2 else nullcontext():
            async with transaction():
                await add(f"{number:03}")
                if number % 2:
                    raise ValueError("odd")

    await asyncio.gather(*[work(number) for number in range(60)])
    assert await names() == [f"{number:03}" for number in range(0, 60, 2)]
    await assert_pool_is_whole()


async def pair(name: str) -> None:
    """Write two accounts, or none."""
    async with transaction():
        await add(name)
        await fetch("SELECT pg_sleep(0.001)")
        await add(name)


async def assert_pairs() -> None:
    """No transaction has left a half."""
    halves = await fetch("SELECT name, count(*) FROM accounts GROUP BY name HAVING count(*) <> 2")
    assert halves == []


async def test_a_task_cancelled_at_any_step_gives_its_connection_back(db: None) -> None:
    for steps in range(40):
        task = asyncio.create_task(pair(f"after {steps} steps"))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task})
    await assert_pool_is_whole()
    await assert_pairs()


async def test_hundreds_of_cancelled_tasks_leave_the_pool_whole(db: None) -> None:
    random = Random(20261122)
    tasks = [asyncio.create_task(pair(f"{number}")) for number in range(300)]

    async def cancel(task: "asyncio.Task[None]") -> None:
        await asyncio.sleep(random.uniform(0, 0.15))
        task.cancel()
        # Again, while it cleans up.
        await asyncio.sleep(random.uniform(0, 0.003))
        task.cancel()

    await asyncio.gather(*[cancel(task) for task in tasks])
    await asyncio.wait(tasks)
    cancelled = sum(task.cancelled() for task in tasks)
    assert {type(task.exception()) for task in tasks if not task.cancelled()} <= {type(None)}
    assert cancelled > 0
    await assert_pool_is_whole()
    await assert_pairs()


async def open_connections(pool: Any) -> tuple[int, int]:
    """How many connections the pool knows of, and how many of this process the server has."""
    rows = await fetch(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'"
    )
    return sum(holder.is_connected() for holder in pool._holders), rows[0]["count"]


async def until_balanced(pool: Any, others: int) -> None:
    """Wait until the server has the connections that the pool knows of, and those of others, and no more."""
    async with asyncio.timeout(10):
        while True:
            known, there = await open_connections(pool)
            if there == known + others:
                return
            await asyncio.sleep(0.02)


async def test_a_task_cancelled_while_it_connects_leaves_no_connection_that_nobody_knows(db: None) -> None:
    pool: Any = connections.get("default")._pool
    known, there = await open_connections(pool)
    others = there - known
    for steps in range(60):
        # A pool that was idle for long connects anew.
        await pool.expire_connections()
        tasks = [asyncio.create_task(fetch("SELECT 1")) for _ in range(3)]
        for _ in range(steps):
            await asyncio.sleep(0.0002)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    await assert_pool_is_whole()
    await until_balanced(pool, others)


async def terminate_backends(database_url: str) -> int:
    """End every connection of this database but the one that asks; returns how many there were."""
    connection = await asyncpg.connect(database_url)
    try:
        ended = await connection.fetch(
            "SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        pids = [row["pid"] for row in ended]
        async with asyncio.timeout(20):
            while await connection.fetch("SELECT FROM pg_stat_activity WHERE pid = ANY($1)", pids):  # noqa: ASYNC110
                await asyncio.sleep(0.002)
        return len(pids)
    finally:
        await connection.close()


async def test_after_the_database_ended_every_connection_calls_work_again(db: None, database_url: str) -> None:
    await assert_pool_is_whole()
    assert await terminate_backends(database_url) >= 1
    first = await asyncio.gather(*[fetch("SELECT 1 AS one") for _ in range(40)], return_exceptions=True)
    assert {"one": 1} in [rows[0] for rows in first if isinstance(rows, list)]
    again = await asyncio.gather(*[pair(f"{number}") for number in range(40)], return_exceptions=True)
    assert again == [None] * 40
    await assert_pool_is_whole()
    await assert_pairs()


async def test_a_transaction_whose_connection_was_ended_raises_and_the_next_works(
    db: None, database_url: str
) -> None:
    async def work() -> None:
        async with transaction():
            await add("lost")
            await terminate_backends(database_url)
            await add("lost too")

    for _ in range(5):
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
            await work()
    assert await names() == []
    await pair("kept")
    assert await names() == ["kept", "kept"]
    await assert_pool_is_whole()


async def test_connections_have_the_settings_of_the_project(db: None) -> None:
    shown = {name: (await fetch("SELECT current_setting($1) AS value", name))[0]["value"] for name in LIMITS}
    assert shown == LIMITS_SHOWN


async def test_a_call_that_is_cut_off_at_whatever_moment_leaves_no_lock(db: None, database_url: str) -> None:
    random, pool = Random(1), connections.get("default")._pool
    onlooker = await asyncpg.connect(database_url)
    try:
        for number in range(1500):
            # Of a new text each time, so that it must be prepared first.
            call = asyncio.create_task(fetch(f"SELECT name FROM accounts WHERE version <> {number}"))
            for _ in range(random.randrange(60)):
                await asyncio.sleep(0)
            call.cancel()
            await asyncio.wait([call])
            await until(lambda: pool.get_idle_size() == pool.get_size())
            # The view of activity may be a moment behind; what is left open stays in it.
            await until_told(lambda: _nothing_is_open(onlooker))
    finally:
        await onlooker.close()


async def _nothing_is_open(onlooker: asyncpg.Connection) -> bool:
    return await _begun_and_not_ended(onlooker) == []


async def _begun_and_not_ended(onlooker: asyncpg.Connection) -> list[str]:
    rows = await onlooker.fetch(
        "SELECT query FROM pg_stat_activity"
        " WHERE datname = current_database() AND backend_type = 'client backend'"
        " AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
    )
    return [row["query"] for row in rows]
