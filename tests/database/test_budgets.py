"""Cost budgets for a minute: shared by processes, stored in the database."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from structlog.testing import capture_logs

import models.limits.cost_budgets
from models.access.anonymous_caller import Network
from models.database.connection import fetch
from models.errors import RateLimited
from models.limits.cost_budgets import Budget, Budgets
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
    monkeypatch.setattr(models.limits.cost_budgets, "now", lambda: clock.moment)
    return clock


class Accounts:
    """Budgets of callers each of whom is alone in an account of the same size."""

    def __init__(self, most: int, of_account: int | None = None) -> None:
        self.budgets = Budgets(most, most if of_account is None else of_account, 10)
        self._accounts: defaultdict[UUID, UUID] = defaultdict(uuid4)

    def spend(self, whom: UUID, cost: int) -> Budget:
        """Spend of a caller's."""
        return self.budgets.spend(self.budgets.of_viewer(whom, self._accounts[whom]), cost)

    async def exchange(self) -> None:
        """Exchange costs with the database."""
        await self.budgets.exchange()


def refused(budgets: Accounts, whom: UUID, cost: int) -> float:
    """In how many seconds after the start a refused caller may try again."""
    with pytest.raises(RateLimited) as caught:
        budgets.spend(whom, cost)
    return (caught.value.retry_at - START).total_seconds()


def test_a_caller_spends_what_there_is_and_others_their_own(clock: Clock) -> None:
    budgets, ann, ben = Accounts(100), uuid4(), uuid4()
    told = budgets.spend(ann, 60)
    assert (told.cost, told.remaining, told.limit) == (60, 40, 100)
    assert told.reset_at == START + timedelta(minutes=2)
    # Of 60 spent, 100 - 41 may count: after 1 - 59/60 of the next minute.
    assert refused(budgets, ann, 41) == 61
    assert budgets.spend(ann, 40).remaining == 0
    assert budgets.spend(ben, 100).remaining == 0


def test_what_was_spent_fades_over_the_next_minute(clock: Clock) -> None:
    budgets, ann = Accounts(100), uuid4()
    budgets.spend(ann, 100)
    clock.at(90)
    assert budgets.spend(ann, 50).remaining == 0
    assert refused(budgets, ann, 10) == 96
    clock.at(180)
    assert budgets.spend(ann, 1).remaining == 99


def test_more_than_there_ever_is_is_refused_and_costs_nothing(clock: Clock) -> None:
    budgets, ann = Accounts(100), uuid4()
    assert refused(budgets, ann, 101) == 120
    assert budgets.spend(ann, 100).remaining == 0


async def test_two_processes_tell_each_other(db: None, clock: Clock) -> None:
    here, there, ann = Accounts(100), Accounts(100), uuid4()
    here.spend(ann, 60)
    there.spend(ann, 30)
    await here.exchange()
    await there.exchange()
    assert there.spend(ann, 5).remaining == 5
    await there.exchange()
    # The other hears of it when it tells something itself.
    here.spend(ann, 1)
    await here.exchange()
    assert here.spend(ann, 4).remaining == 0
    assert refused(here, ann, 1) > 60
    (row,) = await fetch("SELECT spent, spent_before FROM allowances_spent WHERE key = $1", ann)
    assert row == {"spent": 96, "spent_before": 0}


async def test_a_process_that_starts_anew_hears_what_was_spent(db: None, clock: Clock) -> None:
    ann = uuid4()
    before = Accounts(100)
    before.spend(ann, 70)
    await before.exchange()
    clock.at(75)
    after = Accounts(100)
    after.spend(ann, 1)
    await after.exchange()
    # Of 70, three quarters of a minute later, 52.5 still count.
    assert after.spend(ann, 0).remaining == 46


async def test_what_is_told_while_more_is_spent_is_told_once(db: None, clock: Clock) -> None:
    budgets, ann = Accounts(100), uuid4()
    budgets.spend(ann, 10)
    await budgets.exchange()
    await budgets.exchange()
    budgets.spend(ann, 10)
    await budgets.exchange()
    (row,) = await fetch("SELECT spent FROM allowances_spent WHERE key = $1", ann)
    assert row == {"spent": 20}


async def test_callers_who_come_no_more_are_forgotten_once_they_are_told(
    db: None, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models.limits.cost_budgets, "MOST_PAYERS", 3)
    budgets, account, callers = Budgets(100, 300, 10), uuid4(), [uuid4() for _ in range(5)]
    for caller in callers:
        budgets.spend(budgets.of_viewer(caller, account), 1)
    assert len(budgets._payers) == 6
    await budgets.exchange()
    # The account goes last: whoever pays together with it may come again.
    assert list(budgets._payers) == [*callers[3:], account]
    assert await fetch("SELECT count(*) AS told FROM allowances_spent") == [{"told": 6}]
    budgets.spend(budgets.of_viewer(callers[0], account), 1)
    await budgets.exchange()
    assert await fetch("SELECT spent FROM allowances_spent WHERE key = $1", account) == [{"spent": 6}]


async def test_telling_goes_on_after_whatever_failure(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models.limits.cost_budgets, "EXCHANGE_EVERY", 0.01)
    budgets, ann = Accounts(100), uuid4()

    async def is_told() -> bool:
        return await fetch("SELECT spent FROM allowances_spent WHERE key = $1", ann) == [{"spent": 10}]

    with capture_logs() as logs:
        async with budgets.budgets.running():
            # Tortoise has errors of its own for what PostgreSQL says of a statement.
            await fetch("ALTER TABLE allowances_spent RENAME TO away")
            try:
                budgets.spend(ann, 10)
                await until(lambda: any(entry["event"] == "budgets.untold" for entry in logs))
            finally:
                await fetch("ALTER TABLE away RENAME TO allowances_spent")
            await until_told(is_told)


def test_the_credentials_of_an_account_share_its_budget(clock: Clock) -> None:
    budgets, account = Budgets(100, 250, 10), uuid4()
    first, second, third = ([uuid4(), account] for _ in range(3))
    told = budgets.spend(budgets.of_viewer(*first), 100)
    assert (told.remaining, told.limit) == (0, 100)
    told = budgets.spend(budgets.of_viewer(*second), 90)
    assert (told.remaining, told.limit) == (10, 100)
    # Of the account there is less left.
    told = budgets.spend(budgets.of_viewer(*third), 45)
    assert (told.remaining, told.limit) == (15, 250)
    with pytest.raises(RateLimited) as caught:
        budgets.spend(budgets.of_viewer(*third), 16)
    # Of 235, 234 may count.
    assert (caught.value.retry_at - START).total_seconds() == pytest.approx(60 + 60 / 235)
    assert budgets.spend(budgets.of_viewer(*third), 15).remaining == 0
    assert budgets.spend(budgets.of_viewer(uuid4(), uuid4()), 100).remaining == 0


def test_when_both_are_spent_the_later_moment_is_told(clock: Clock) -> None:
    budgets, account, ann = Budgets(100, 150, 10), uuid4(), uuid4()
    budgets.spend(budgets.of_viewer(uuid4(), account), 50)
    budgets.spend(budgets.of_viewer(ann, account), 100)
    with pytest.raises(RateLimited) as caught:
        budgets.spend(budgets.of_viewer(ann, account), 50)
    assert (caught.value.retry_at - START).total_seconds() == 90


async def test_what_an_account_spent_is_told_to_other_processes(db: None, clock: Clock) -> None:
    here, there, account = Budgets(100, 150, 10), Budgets(100, 150, 10), uuid4()
    here.spend(here.of_viewer(uuid4(), account), 100)
    await here.exchange()
    other = there.of_viewer(uuid4(), account)
    there.spend(other, 10)
    await there.exchange()
    assert there.spend(other, 5).remaining == 35
    assert await fetch("SELECT spent FROM allowances_spent ORDER BY spent") == [
        {"spent": spent} for spent in (10, 100, 110)
    ]


def test_a_network_pays_together_with_the_larger_ones(clock: Clock) -> None:
    budgets = Budgets(100, 300, 10)

    def payer(number: int) -> tuple[Network, ...]:
        return Network(f"2001:db8:0:{number:x}::/64"), Network("2001:db8::/56", 4), Network("2001:db8::/48", 16)

    for number in range(4):
        assert budgets.spend(budgets.of_networks(payer(number)), 10).remaining == 0
    assert not budgets.has_room(budgets.of_networks(payer(5)), 1)
    with pytest.raises(RateLimited):
        budgets.require_room(budgets.of_networks(payer(5)), 1)
    assert budgets.spend(budgets.of_networks((Network("203.0.113.5"),)), 10).limit == 10


def test_what_was_done_is_owed_and_nothing_more_until_it_has_faded(clock: Clock) -> None:
    budgets, ann, account = Budgets(100, 300, 10), uuid4(), uuid4()
    payer = budgets.of_viewer(ann, account)
    assert budgets.spend(payer, 90).remaining == 10
    told = budgets.owe(payer, 110)
    assert (told.cost, told.remaining, told.limit) == (110, 0, 100)
    assert not budgets.has_room(payer, 1)
    with pytest.raises(RateLimited) as caught:
        budgets.spend(payer, 1)
    # Of 200, 99 may count.
    assert (caught.value.retry_at - START).total_seconds() == pytest.approx(60 + 60 * 101 / 200)


async def test_callers_are_bounded_also_while_nothing_can_be_told(
    db: None, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models.limits.cost_budgets, "MOST_PAYERS", 3)
    budgets, last = Budgets(100, 300, 10), uuid4()
    for caller in [*(uuid4() for _ in range(20)), last]:
        budgets.spend(budgets.of_viewer(caller, uuid4()), 40)
    assert len(budgets._payers) == 6
    assert budgets.spend(budgets.of_viewer(last, uuid4()), 1).remaining == 59
