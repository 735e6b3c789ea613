"""Claims of deliveries: what they find, in which order, and what of a backlog they touch."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import pytest

from models.database.clock import now
from models.database.connection import fetch
from models.events.leases import LEASE, holds_lease, renew_leases
from models.events.outbox import CLAIM, CLAIMABLE, claim_deliveries
from models.events.outcomes import failed, held_back, put_off, record, released, sent
from models.tables import Delivery
from tests.support.backlog import let_wait, open_deliveries
from tests.support.company import Company
from tests.support.statements import statements
from tests.support.undone import undone

MOST = 20
AN_HOUR = timedelta(hours=1)


@pytest.fixture
async def nothing_waits(company: Company) -> Company:
    """A company for whose people nothing waits, nor will."""
    await fetch("UPDATE events SET relayed_at = now()")
    return company


async def blocked() -> list[bool]:
    """Which of the notices that wait are marked, in order."""
    return [(await Delivery.get(id=id)).blocked for id in await open_deliveries()]


async def claim_one() -> Delivery:
    (claimed,) = await claim_deliveries(now(), most=MOST)
    return claimed


@asynccontextmanager
async def another(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection that is not of the pool."""
    connection = await asyncpg.connect(database_url)
    try:
        yield connection
    finally:
        await connection.close()


async def test_of_one_persons_notices_the_first_is_claimed_and_its_end_frees_the_next(nothing_waits: Company) -> None:
    await let_wait(nothing_waits, people=1, each=4)
    first, second, third, fourth = await open_deliveries()
    assert await blocked() == [False, True, True, True]
    for expected, end in (
        (first, sent),
        (second, lambda delivery: failed(delivery, "no such mailbox")),
        (third, lambda delivery: put_off(delivery, now(), "broken")._replace(in_order=False)),
    ):
        claimed = await claim_one()
        assert claimed.id == expected
        assert await claim_deliveries(now(), most=MOST) == []
        assert await record(end(claimed))
    assert (await claim_one()).id == fourth


@pytest.mark.parametrize("wait", ["put off", "held back"])
async def test_those_behind_one_that_waits_wait_for_it(nothing_waits: Company, wait: str) -> None:
    await let_wait(nothing_waits, people=1, each=3)
    claimed = await claim_one()
    moment = now()
    outcome = put_off(claimed, moment, "later") if wait == "put off" else held_back(claimed, moment + AN_HOUR)
    assert await record(outcome)
    assert await blocked() == [False, True, True]
    assert await claim_deliveries(moment, most=MOST) == []
    assert [one.id for one in await claim_deliveries(moment + AN_HOUR, most=MOST)] == [claimed.id]


async def test_one_that_comes_while_the_last_ends_is_never_left_waiting(
    nothing_waits: Company, database_url: str
) -> None:
    """Its writer sees the one before as open, and the statement that ends that one does not see it."""
    await let_wait(nothing_waits, people=1, each=1)
    claimed = await claim_one()
    async with another(database_url) as writer:
        async with writer.transaction():
            await writer.execute(INSERT_AFTER, UUID(int=claimed.id.int + 1), claimed.id)
            ending = asyncio.create_task(record(sent(claimed)))
            await _until_locked(writer, ending)
        assert await ending
    assert await blocked() == [False]
    assert (await claim_one()).id == UUID(int=claimed.id.int + 1)


async def test_one_that_comes_while_the_one_before_is_locked_is_marked_by_who_finds_it(
    nothing_waits: Company, database_url: str
) -> None:
    await let_wait(nothing_waits, people=1, each=1)
    (first,) = await open_deliveries()
    async with another(database_url) as holder, holder.transaction():
        await holder.execute("SELECT FROM deliveries WHERE id = $1 FOR UPDATE", first)
        # It waits for nobody, as whoever holds the row may be waiting for it.
        await fetch(INSERT_AFTER, UUID(int=first.int + 1), first)
    assert await blocked() == [False, False]
    assert (await claim_one()).id == first
    assert await blocked() == [False, True]


INSERT_AFTER = """
INSERT INTO deliveries (id, account_id, event_id, consumer, recipient_id, in_order, attempts, due_at)
SELECT $1, account_id, event_id, 'test.after', recipient_id, true, 0, due_at FROM deliveries WHERE id = $2
"""


async def _until_locked(connection: asyncpg.Connection, waits: "asyncio.Task[Any]") -> None:
    async with asyncio.timeout(20):
        while not await connection.fetch("SELECT FROM pg_locks WHERE NOT granted"):
            assert not waits.done()
            await asyncio.sleep(0.01)


async def test_what_goes_out_of_order_comes_first_and_the_rest_by_when_it_became_due(nothing_waits: Company) -> None:
    moment = now()
    await let_wait(nothing_waits, people=30, each=1, due_at=moment)
    ids = await open_deliveries()
    # The newest is a sign-in link, and the oldest has been tried before.
    await fetch("UPDATE deliveries SET in_order = false WHERE id = $1", ids[29])
    await fetch("UPDATE deliveries SET due_at = due_at + interval '1 ms' WHERE id = $1", ids[0])
    claimed = [one.id for one in await claim_deliveries(moment + timedelta(seconds=1), most=MOST)]
    assert claimed == [*ids[1:MOST], ids[29]]
    rest = [one.id for one in await claim_deliveries(moment + timedelta(seconds=1), most=MOST)]
    assert rest == [ids[0], *ids[MOST:29]]


async def test_unmarked_ones_behind_one_that_waits_are_passed_and_marked(nothing_waits: Company) -> None:
    """As processes of the version before left them on a database that had no marks yet."""
    await let_wait(nothing_waits, people=1, each=60)
    await let_wait(nothing_waits, people=2, each=1)
    await fetch("UPDATE deliveries SET blocked = false")
    ids = await open_deliveries()
    await fetch("UPDATE deliveries SET due_at = now() + interval '1 hour' WHERE id = $1", ids[0])
    claimed = [await claim_deliveries(now(), most=MOST) for _ in range(2)]
    assert [one.id for some in claimed for one in some] == ids[60:]
    assert await blocked() == [False] + [True] * 59 + [False] * 2


ENDS_OF_AN_OLDER_PROCESS = {
    "sent": 'UPDATE "deliveries" SET "sent_at" = now(), "leased_until" = NULL, "last_error" = NULL WHERE "id" = $1',
    "failed": 'UPDATE "deliveries" SET "failed_at" = now(), "leased_until" = NULL WHERE "id" = $1',
    "no longer in order": 'UPDATE "deliveries" SET "in_order" = false WHERE "id" = $1',
}


@pytest.mark.parametrize("end", ENDS_OF_AN_OLDER_PROCESS)
async def test_what_an_older_process_ends_frees_the_next(nothing_waits: Company, end: str) -> None:
    await let_wait(nothing_waits, people=1, each=3)
    first, second, _ = await open_deliveries()
    await fetch(ENDS_OF_AN_OLDER_PROCESS[end], first)
    assert second in [one.id for one in await claim_deliveries(now(), most=MOST)]
    assert (await blocked())[-1]


async def test_the_claim_of_an_older_process_is_respected(nothing_waits: Company) -> None:
    await let_wait(nothing_waits, people=1, each=1)
    await fetch("UPDATE deliveries SET leased_until = now() + interval '2 minutes', attempts = 1")
    assert await claim_deliveries(now() + timedelta(seconds=115), most=MOST) == []
    assert (await claim_deliveries(now() + timedelta(seconds=121), most=MOST))[0].attempts == 2


async def test_a_lease_is_renewed_until_another_process_has_claimed(nothing_waits: Company) -> None:
    await let_wait(nothing_waits, people=2, each=1)
    moment = now()
    mine, lost = await claim_deliveries(moment - LEASE, most=MOST)
    assert not await holds_lease(mine)
    assert await renew_leases([mine]) == {mine.id}
    assert await holds_lease(mine)
    (theirs,) = await claim_deliveries(moment, most=MOST)
    assert (theirs.id, theirs.attempts) == (lost.id, 2)
    assert await renew_leases([mine, lost]) == {mine.id}
    assert (await holds_lease(lost), await holds_lease(theirs)) == (False, True)


OF_A_LOST_LEASE = {
    "failed": lambda delivery: failed(delivery, "no such mailbox"),
    "put off": lambda delivery: put_off(delivery, now(), "later"),
    "held back": lambda delivery: held_back(delivery, now() + AN_HOUR),
    "released": released,
}


@pytest.mark.parametrize("outcome", OF_A_LOST_LEASE)
@pytest.mark.parametrize("then", ["is at it", "gave it back"])
async def test_the_outcome_of_a_lost_lease_changes_nothing(nothing_waits: Company, outcome: str, then: str) -> None:
    await let_wait(nothing_waits, people=1, each=1)
    (lost,) = await claim_deliveries(now() - LEASE, most=MOST)
    theirs = await claim_one()
    if then == "gave it back":
        await record(released(theirs))
    before = await Delivery.get(id=lost.id).values()
    assert not await record(OF_A_LOST_LEASE[outcome](lost))
    assert await Delivery.get(id=lost.id).values() == before


async def test_that_a_mail_was_sent_is_recorded_whose_ever_the_lease_is(nothing_waits: Company) -> None:
    await let_wait(nothing_waits, people=1, each=2)
    (lost,) = await claim_deliveries(now() - LEASE, most=MOST)
    theirs = await claim_one()
    assert await record(sent(lost))
    assert not await holds_lease(theirs)
    assert not await record(put_off(theirs, now(), "later"))
    assert (await claim_one()).id != lost.id


@pytest.mark.parametrize("ahead", [timedelta(minutes=1), timedelta(minutes=-1)], ids=["ahead", "behind"])
async def test_leases_go_by_the_clock_of_the_database(
    nothing_waits: Company, monkeypatch: pytest.MonkeyPatch, ahead: timedelta
) -> None:
    await let_wait(nothing_waits, people=1, each=1, due_at=now() - AN_HOUR)
    claimed = await claim_one()
    for module in ("models.events.outbox", "models.events.leases"):
        monkeypatch.setattr(f"{module}.now", lambda: now() + ahead)
    assert await claim_deliveries(now() + ahead, most=MOST) == []
    assert await renew_leases([claimed]) == {claimed.id}
    until = (await Delivery.get(id=claimed.id)).leased_until
    assert until is not None
    assert abs(until - now() - LEASE) < timedelta(seconds=5)
    assert len(await claim_deliveries(now() + ahead + LEASE, most=MOST)) == 1


async def touched() -> tuple[int, set[str]]:
    """How many rows a claim looks at, whether or not they are of use, and the indexes that it finds them by."""
    moment = now()
    with statements() as sent_statements:
        assert len(await claim_deliveries(moment - AN_HOUR * 2, most=MOST)) == 0
    planning = sent_statements[sent_statements.index(" ".join(CLAIMABLE.format(most=MOST).split())) - 1]
    async with undone():
        await fetch(planning)
        await fetch("SET LOCAL plan_cache_mode = force_generic_plan")
        found = [row["id"] for row in await fetch(CLAIMABLE.format(most=MOST), moment, moment)]
        assert len(found) == MOST
        plans = [
            await plan_of(CLAIMABLE.format(most=MOST), moment, moment),
            await plan_of(CLAIM, moment, moment, found, LEASE),
        ]
    scans = [node for plan in plans for node in nodes_of(plan) if "Relation Name" in node or "Index Name" in node]
    rows = sum(node["Actual Loops"] * (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) for node in scans)
    return rows, {node.get("Index Name", node["Node Type"]) for node in scans} - {"ModifyTable"}


async def plan_of(statement: str, *values: Any) -> dict[str, Any]:
    (row,) = await fetch(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", *values)
    return orjson.loads(row["QUERY PLAN"])[0]["Plan"]


def nodes_of(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for part in plan.get("Plans", []) for node in nodes_of(part))]


async def a_person_each(company: Company, number: int) -> None:
    await let_wait(company, people=number, each=1)


async def one_person(company: Company, number: int) -> None:
    """For one person waits almost everything, and the first of it is not due."""
    await let_wait(company, people=1, each=number, due_at=now() - AN_HOUR)
    await fetch("UPDATE deliveries SET due_at = now() + interval '1 hour' WHERE NOT blocked")
    await let_wait(company, people=MOST, each=1)


async def half_held_back(company: Company, number: int) -> None:
    await let_wait(company, people=number // 4, each=2, due_at=now() - AN_HOUR)
    await fetch("UPDATE deliveries SET due_at = now() + interval '1 hour' WHERE NOT blocked")
    await let_wait(company, people=number // 4 + MOST, each=2)


@pytest.mark.parametrize("counted", [True, False], ids=["counted", "not counted yet"])
@pytest.mark.parametrize("shape", [a_person_each, one_person, half_held_back])
async def test_a_claim_touches_no_more_of_a_large_backlog(nothing_waits: Company, shape: Any, counted: bool) -> None:
    measured = []
    for number in (2_000, 20_000):
        await fetch("DELETE FROM deliveries")
        await let_wait(nothing_waits, people=number, each=1)
        await fetch("UPDATE deliveries SET sent_at = now()")
        # PostgreSQL's statistics: that nothing waits, or how much does.
        await fetch("VACUUM ANALYZE deliveries")
        await shape(nothing_waits, number)
        if counted:
            await fetch("VACUUM ANALYZE deliveries")
        measured.append(await touched())
    (few, _), (many, indexes) = measured
    assert many <= 1.2 * few
    assert many <= 8 * MOST
    assert indexes == {"deliveries_claim_idx", "deliveries_pkey", "deliveries_recipient_idx"}
