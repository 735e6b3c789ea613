"""Allowances: exact, over a sliding window, for concurrent callers."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

import models.database.coalescing
import models.limits.rate_limits
from models.errors import RateLimited
from models.limits.rate_limits import Allowance, spend, spend_together
from tests.support.statements import statements

FIVE = Allowance("tries", 5, timedelta(minutes=10))
# The start of a period of ten minutes.
START = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


class Clock:
    """A moment that a test moves."""

    def __init__(self) -> None:
        self.moment = START

    def at(self, minutes: float) -> None:
        """So many minutes after the start."""
        self.moment = START + timedelta(minutes=minutes)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The allowances' own time."""
    clock = Clock()
    monkeypatch.setattr(models.limits.rate_limits, "now", lambda: clock.moment)
    monkeypatch.setattr(models.database.coalescing, "now", lambda: clock.moment)
    return clock


@pytest.fixture(params=[spend, spend_together], autouse=True)
def spending(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test spends alone, and together with others."""
    monkeypatch.setattr("tests.database.test_allowances.spend_one", request.param)


async def spend_one(allowance: Allowance, whom: str) -> None:
    """One of the two."""
    raise NotImplementedError


async def spent(times: int, whom: str = "ann", allowance: Allowance = FIVE) -> int:
    """Try so often; how often there was room."""
    room = 0
    for _ in range(times):
        try:
            await spend_one(allowance, whom)
        except RateLimited:
            continue
        room += 1
    return room


async def refusal(cost: int = 1) -> datetime:
    """When the one who is refused may try again."""
    with pytest.raises(RateLimited) as refused:
        await spend(FIVE, "ann", cost)
    return refused.value.retry_at


async def test_there_is_room_for_as_much_as_is_allowed(db: None, clock: Clock) -> None:
    assert await spent(9) == 5
    assert await spent(1, "ben") == 1
    assert await spent(9, allowance=Allowance("others", 3, timedelta(minutes=10))) == 3


async def test_what_was_spent_slides_out_of_the_window(db: None, clock: Clock) -> None:
    clock.at(9)
    assert await spent(5) == 5
    # A tenth of the next period has passed: nine tenths of the five still count.
    clock.at(11)
    assert await spent(1) == 0
    clock.at(12)
    assert await spent(2) == 1
    clock.at(16)
    assert await spent(3) == 2
    clock.at(30)
    assert await spent(9) == 5


async def test_the_time_told_is_when_there_is_room_and_no_sooner(db: None, clock: Clock) -> None:
    clock.at(4)
    await spent(5)
    # One of five in the next period, when a fifth of it has passed.
    assert await refusal() == START + timedelta(minutes=12)
    assert await refusal(cost=5) == START + timedelta(minutes=20)
    clock.at(11.9)
    again = await refusal()
    assert again == START + timedelta(minutes=12)
    clock.moment = again
    assert await spent(2) == 1


async def test_a_refusal_spends_nothing(db: None, clock: Clock) -> None:
    assert await spent(1000) == 5
    clock.at(20)
    assert await spent(9) == 5


async def test_a_cost_beyond_what_is_left_is_refused_and_a_smaller_one_is_not(db: None, clock: Clock) -> None:
    await spend(FIVE, "ann", 3)
    await refusal(cost=3)
    await spend(FIVE, "ann", 2)


async def test_a_clock_that_lags_over_the_start_of_a_period_forgives_nothing(db: None, clock: Clock) -> None:
    clock.at(9.9)
    assert await spent(4) == 4
    for _ in range(10):
        clock.at(10.001)
        await spent(1)
        clock.at(9.9999)
        await spent(1)
    clock.at(10.002)
    assert await spent(5) == 0


async def test_callers_at_once_cannot_spend_more(db: None) -> None:
    generous = Allowance("tries at once", 20, timedelta(hours=1))
    assert sum(await asyncio.gather(*(spent(1, allowance=generous) for _ in range(60)))) == 20


async def test_those_who_spend_at_the_same_time_spend_by_one_statement(db: None) -> None:
    await spend_together(FIVE, "full")
    await asyncio.gather(*(spend_together(FIVE, "full") for _ in range(4)))
    with statements() as sent:
        outcomes = await asyncio.gather(
            *(spend_together(FIVE, whom) for whom in ("ann", "full", "ben", "cleo")), return_exceptions=True
        )
    assert [type(outcome) for outcome in outcomes] == [type(None), RateLimited, type(None), type(None)]
    # The second says when there will be room.
    assert [statement.partition(" ")[0] for statement in sent] == ["WITH", "SELECT"]
