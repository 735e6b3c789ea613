"""What callers may spend in a minute: told between processes, remembered by the database."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

import models.budgets
from models.budgets import Budgets
from models.database import fetch
from models.errors import RateLimited
from tests.support.waiting import until, until_told

# The start of a minute.
START = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


class Clock:
    """A moment that a test moves."""

    def __init__(self) -> None:
        self.moment = START

    def at(self, seconds: float) -> None:
        """So many seconds after the start."""
        self.moment = START + timedelta(seconds=seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The budgets' own time."""
    clock = Clock()
    monkeypatch.setattr(models.budgets, "now", lambda: clock.moment)
    return clock


def refused(budgets: Budgets, whom: object, cost: int) -> float:
    """In how many seconds after the start a refused caller may try again."""
    with pytest.raises(RateLimited) as caught:
        budgets.spend(whom, cost)  # pyright: ignore[reportArgumentType]
    return (caught.value.retry_at - START).total_seconds()


def test_a_caller_spends_what_there_is_and_others_their_own(clock: Clock) -> None:
    budgets, ann, ben = Budgets(100), uuid4(), uuid4()
    told = budgets.spend(ann, 60)
    assert (told.cost, told.remaining, told.limit) == (60, 40, 100)
    assert told.reset_at == START + timedelta(minutes=2)
    # Of 60 spent, 100 - 41 may count: after 1 - 59/60 of the next minute.
    assert refused(budgets, ann, 41) == 61
    assert budgets.spend(ann, 40).remaining == 0
    assert budgets.spend(ben, 100).remaining == 0


def test_what_was_spent_fades_over_the_next_minute(clock: Clock) -> None:
    budgets, ann = Budgets(100), uuid4()
    budgets.spend(ann, 100)
    clock.at(90)
    assert budgets.spend(ann, 50).remaining == 0
    assert refused(budgets, ann, 10) == 96
    clock.at(180)
    assert budgets.spend(ann, 1).remaining == 99


def test_more_than_there_ever_is_is_refused_and_costs_nothing(clock: Clock) -> None:
    budgets, ann = Budgets(100), uuid4()
    assert refused(budgets, ann, 101) == 120
    assert budgets.spend(ann, 100).remaining == 0


async def test_two_processes_tell_each_other(db: None, clock: Clock) -> None:
    here, there, ann = Budgets(100), Budgets(100), uuid4()
    here.spend(ann, 60)
    there.spend(ann, 30)
    await here.tell()
    await there.tell()
    assert there.spend(ann, 5).remaining == 5
    await there.tell()
    # The other hears of it when it tells something itself.
    here.spend(ann, 1)
    await here.tell()
    assert here.spend(ann, 4).remaining == 0
    assert refused(here, ann, 1) > 60
    (row,) = await fetch("SELECT spent, spent_before FROM allowances_spent WHERE key = $1", ann)
    assert row == {"spent": 96, "spent_before": 0}


async def test_a_process_that_starts_anew_hears_what_was_spent(db: None, clock: Clock) -> None:
    ann = uuid4()
    before = Budgets(100)
    before.spend(ann, 70)
    await before.tell()
    clock.at(75)
    after = Budgets(100)
    after.spend(ann, 1)
    await after.tell()
    # Of 70, three quarters of a minute later, 52.5 still count.
    assert after.spend(ann, 0).remaining == 46


async def test_what_is_told_while_more_is_spent_is_told_once(db: None, clock: Clock) -> None:
    budgets, ann = Budgets(100), uuid4()
    budgets.spend(ann, 10)
    await budgets.tell()
    await budgets.tell()
    budgets.spend(ann, 10)
    await budgets.tell()
    (row,) = await fetch("SELECT spent FROM allowances_spent WHERE key = $1", ann)
    assert row == {"spent": 20}


async def test_callers_who_come_no_more_are_forgotten_once_they_are_told(
    db: None, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models.budgets, "MOST_CALLERS", 3)
    budgets = Budgets(100)
    for _ in range(5):
        budgets.spend(uuid4(), 1)
    assert len(budgets._callers) == 5
    await budgets.tell()
    assert len(budgets._callers) == 3
    assert await fetch("SELECT count(*) AS told FROM allowances_spent") == [{"told": 5}]


async def test_telling_goes_on_after_whatever_failure(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models.budgets, "TOLD_EVERY", 0.01)
    budgets, ann = Budgets(100), uuid4()

    async def is_told() -> bool:
        return await fetch("SELECT spent FROM allowances_spent WHERE key = $1", ann) == [{"spent": 10}]

    with capture_logs() as logs:
        async with budgets.running():
            # Tortoise has errors of its own for what PostgreSQL says of a statement.
            await fetch("ALTER TABLE allowances_spent RENAME TO away")
            try:
                budgets.spend(ann, 10)
                await until(lambda: any(entry["event"] == "budgets.untold" for entry in logs))
            finally:
                await fetch("ALTER TABLE away RENAME TO allowances_spent")
            await until_told(is_told)
