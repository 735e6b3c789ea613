"""Those who ask the same at the same time are answered by one statement, each of them as if alone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from models.access.callers import CALLERS, Caller
from models.database.clock import now
from models.database.coalescing import _QUERIES, MOST_RUNS, MOST_TOGETHER, fetch_together
from models.tables import Account
from tests.support.statements import statements
from tests.support.waiting import until, until_told

ECHO = f"SELECT caller_number, credential, moment FROM {CALLERS}"
# Each waits for the advisory lock that its first byte names, while others hold it; the rows are read before that.
HELD_UP = (
    f"SELECT caller_number, number, pg_advisory_xact_lock_shared(get_byte(credential, 0)) FROM {CALLERS}"
    " LEFT JOIN LATERAL (SELECT count(*) AS number FROM accounts) AS counted ON true"
)
DIVIDED = f"SELECT caller_number, 1 / get_byte(credential, 0) AS part FROM {CALLERS}"

END_ALL = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


@asynccontextmanager
async def holding(url: str, lock: int) -> AsyncIterator[asyncpg.Connection]:
    """Somebody else holds a lock while the block runs."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", lock)
        yield connection
    finally:
        await connection.close()


async def waiting_for_locks(connection: asyncpg.Connection) -> int:
    """How many statements wait for an advisory lock."""
    return await connection.fetchval(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )


async def until_held_up(connection: asyncpg.Connection, number: int) -> None:
    """Wait until so many statements wait for a lock."""

    async def held_up() -> bool:
        return await waiting_for_locks(connection) == number

    await until_told(held_up)


async def test_all_who_ask_at_once_are_answered_by_one_statement(db: None) -> None:
    callers = [Caller(bytes([number])) for number in range(20)]
    with statements() as sent:
        rows = await asyncio.gather(*[fetch_together(ECHO, caller) for caller in callers])
    assert [Caller(row["credential"]) for row in rows] == callers
    assert len(sent) == 1
    await until(lambda: not _QUERIES)


async def test_who_asks_alone_is_asked_for_at_once_and_at_that_moment(db: None) -> None:
    before = now()
    row = await fetch_together(ECHO, Caller(b"a"))
    assert before <= row["moment"] <= now()
    assert row["credential"] == b"a"


async def test_the_same_asker_is_asked_for_once(db: None) -> None:
    rows = await asyncio.gather(*[fetch_together(ECHO, Caller(b"a")) for _ in range(5)])
    assert len({id(row) for row in rows}) == 1


async def test_other_values_are_another_question(db: None) -> None:
    sql = f"SELECT caller_number, $3::int[] AS given FROM {CALLERS}"
    rows = await asyncio.gather(*[fetch_together(sql, Caller(b"a"), ((number,),)) for number in range(3)])
    assert [row["given"] for row in rows] == [[0], [1], [2]]


async def test_no_statement_is_for_more_than_some(db: None) -> None:
    callers = [Caller(number.to_bytes(2, "big")) for number in range(2 * MOST_TOGETHER + 1)]
    with statements() as sent:
        rows = await asyncio.gather(*[fetch_together(ECHO, caller) for caller in callers])
    assert [row["credential"] for row in rows] == [caller.credential for caller in callers]
    assert len(sent) == 3


async def test_who_asks_later_is_never_told_what_was_read_before(db: None, database_url: str) -> None:
    await Account.create(name="one", created_at=now())
    async with holding(database_url, 1) as other:
        first = asyncio.ensure_future(fetch_together(HELD_UP, Caller(b"\x01")))
        await until_held_up(other, 1)
        await Account.create(name="two", created_at=now())
        second = asyncio.ensure_future(fetch_together(HELD_UP, Caller(b"\x01")))
        await until_held_up(other, 2)
        await other.execute("SELECT pg_advisory_unlock(1)")
        assert ((await first)["number"], (await second)["number"]) == (1, 2)


async def test_whoever_is_slow_keeps_nobody_waiting_who_asks_later(db: None, database_url: str) -> None:
    async with holding(database_url, 1) as other:
        slow = asyncio.ensure_future(fetch_together(HELD_UP, Caller(b"\x01")))
        await until_held_up(other, 1)
        row = await fetch_together(HELD_UP, Caller(b"\x02"))
        assert row["number"] == 0
        assert not slow.done()
        await other.execute("SELECT pg_advisory_unlock(1)")
        assert (await slow)["number"] == 0
    await until(lambda: not _QUERIES)


async def test_whoever_is_slow_keeps_nobody_waiting_who_was_too_many(db: None, database_url: str) -> None:
    async with holding(database_url, 1) as other:
        slow = [fetch_together(HELD_UP, Caller(bytes([1, number]))) for number in range(MOST_TOGETHER)]
        row = await fetch_together(HELD_UP, Caller(b"\x02"))
        assert row["number"] == 0
        assert not any(each.done() for each in slow)
        await other.execute("SELECT pg_advisory_unlock(1)")
        await asyncio.gather(*slow)
    await until(lambda: not _QUERIES)


async def test_slow_questions_take_no_more_than_some_connections(db: None, database_url: str) -> None:
    async with holding(database_url, 1) as other:
        slow: list[asyncio.Future[object]] = []
        for number in range(MOST_RUNS):
            slow.append(asyncio.ensure_future(fetch_together(HELD_UP, Caller(bytes([1, number])))))
            await until_held_up(other, number + 1)
        [query] = _QUERIES.values()
        with statements() as sent:
            # Nothing is set to happen that would ask for them before one of the others is answered.
            last = asyncio.ensure_future(fetch_together(HELD_UP, Caller(b"\x02")))
            assert (query._timer, len(query._runs)) == (None, MOST_RUNS)
            await other.execute("SELECT pg_advisory_unlock(1)")
            assert [(await each)["number"] for each in [*slow, last]] == [0] * (MOST_RUNS + 1)
        assert len([each for each in sent if "caller_number" in each]) == 1


async def test_what_is_wrong_with_one_is_told_to_them_alone(db: None) -> None:
    answers = await asyncio.gather(
        *[fetch_together(DIVIDED, Caller(bytes([number]))) for number in (1, 0, 2)], return_exceptions=True
    )
    assert [type(each) for each in answers] == [asyncpg.Record, asyncpg.DivisionByZeroError, asyncpg.Record]
    await until(lambda: not _QUERIES)


async def test_what_takes_too_long_is_told_to_all_and_not_tried_for_each(db: None, database_url: str) -> None:
    canceled = f"SELECT caller_number, pg_cancel_backend(pg_backend_pid()), pg_sleep(5) FROM {CALLERS}"
    with statements() as sent:
        answers = await asyncio.gather(
            *[fetch_together(canceled, Caller(bytes([number]))) for number in range(3)], return_exceptions=True
        )
    assert {type(each) for each in answers} == {asyncpg.QueryCanceledError}
    assert len([each for each in sent if "pg_cancel_backend" in each]) == 1


async def test_who_goes_away_takes_no_answer_from_the_others(db: None, database_url: str) -> None:
    async with holding(database_url, 1) as other:
        asked = [asyncio.ensure_future(fetch_together(HELD_UP, Caller(bytes([1, number])))) for number in range(3)]
        await until_held_up(other, 1)
        asked[0].cancel()
        await other.execute("SELECT pg_advisory_unlock(1)")
        assert [(await each)["number"] for each in asked[1:]] == [0, 0]
        with pytest.raises(asyncio.CancelledError):
            await asked[0]


async def test_who_went_away_before_is_not_asked_for(db: None) -> None:
    gone = fetch_together(ECHO, Caller(b"gone"))
    stays = fetch_together(ECHO, Caller(b"stays"))
    gone.cancel()
    row = await stays
    assert (row["caller_number"], row["credential"]) == (1, b"stays")


async def test_a_lost_connection_is_told_to_all_because_nobody_knows_what_was_done(
    db: None, database_url: str
) -> None:
    async with holding(database_url, 1) as other:
        asked = [asyncio.ensure_future(fetch_together(HELD_UP, Caller(bytes([1, number])))) for number in range(3)]
        await until_held_up(other, 1)
        await other.execute(END_ALL)
        answers = await asyncio.gather(*asked, return_exceptions=True)
    assert {type(each) for each in answers} <= {asyncpg.AdminShutdownError, asyncpg.ConnectionDoesNotExistError}
    await until(lambda: not _QUERIES)
    assert (await fetch_together(ECHO, Caller(b"a")))["credential"] == b"a"


async def test_who_is_not_answered_is_told_so(db: None) -> None:
    forgetful = f"{ECHO} WHERE caller_number > 1"
    answers = await asyncio.gather(
        *[fetch_together(forgetful, Caller(bytes([number]))) for number in range(2)], return_exceptions=True
    )
    assert [type(each) for each in answers] == [LookupError, asyncpg.Record]
