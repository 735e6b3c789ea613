"""models.events.seat_feed.Feed, followed directly."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

import pytest
from structlog.testing import capture_logs

from models.database.connection import fetch
from models.events import commit_listeners
from models.events import seat_feed as feed_module
from models.events.seat_feed import MOST_MISSED, Feed, SeatUpdate
from tests.support.company import Company
from tests.support.recorded import account_version
from tests.support.seats_feed import NOTHING_BOUGHT, Update, commit_elsewhere, recorded_updates, update_from
from tests.support.statements import statements
from tests.support.waiting import COMES_WITHIN, until


@pytest.fixture
async def running(db: None) -> AsyncIterator[Feed]:
    """A feed that listens and looks around."""
    feed = Feed()
    async with feed.running():
        yield feed


@pytest.fixture
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Feeds look around for themselves many times a second."""
    monkeypatch.setattr(feed_module, "LOOK_EVERY", 0.01)


async def take(company: Company, following: AsyncGenerator[SeatUpdate | None, None], count: int = 1) -> list[Update]:
    """The next so many updates; fails when they do not come."""
    async with asyncio.timeout(COMES_WITHIN):
        found = [await anext(following) for _ in range(count)]
    assert None not in found
    return [update_from(company, update) for update in found if update]


async def commit(company: Company, *purchased: int) -> int:
    """Commit seats of PRO as another process would, unannounced."""
    return await commit_elsewhere(company.account_id, company.packages["PRO"].id, list(purchased))


async def test_a_follower_gets_a_snapshot_and_leaves_without_a_trace(company: Company) -> None:
    feed = Feed()
    version = await account_version(company.account_id)
    following = feed.follow(company.account_id, None)
    assert await take(company, following) == [(version, True, NOTHING_BOUGHT)]
    assert list(feed._watched) == [company.account_id]
    await following.aclose()
    assert feed._watched == {}
    with pytest.raises(StopAsyncIteration):
        await anext(following)


async def test_a_follower_that_is_cancelled_while_it_waits_leaves_without_a_trace(
    running: Feed, company: Company
) -> None:
    started = asyncio.Event()

    async def follow() -> None:
        async with aclosing(running.follow(company.account_id, None)) as following:
            async for _ in following:
                started.set()

    following = asyncio.create_task(follow())
    await asyncio.wait_for(started.wait(), COMES_WITHIN)
    following.cancel()
    with pytest.raises(asyncio.CancelledError):
        await following
    assert running._watched == {}


async def test_the_last_follower_ends_the_watch_and_not_an_earlier_one(running: Feed, company: Company) -> None:
    one, two = (running.follow(company.account_id, None) for _ in range(2))
    await take(company, one)
    await take(company, two)
    await one.aclose()
    assert list(running._watched) == [company.account_id]
    await company.buy(PRO=1)
    version = await account_version(company.account_id)
    assert await take(company, two) == [(version, False, {"PRO": (1, 0, 0)})]
    await two.aclose()
    assert running._watched == {}


async def test_who_comes_back_while_nobody_watched_goes_on_without_a_gap(running: Feed, company: Company) -> None:
    async with aclosing(running.follow(company.account_id, None)) as following:
        ((seen, _, _),) = await take(company, following)
    await company.buy(PRO=2)
    await company.assign(company.users[0], "PRO")
    async with aclosing(running.follow(company.account_id, seen)) as following:
        assert await take(company, following, 2) == [
            (seen + 3, False, {"PRO": (2, 0, 0)}),
            (seen + 4, False, {"PRO": (2, 1, 0)}),
        ]


async def test_what_is_committed_while_a_follower_catches_up_comes_after_that_once(
    running: Feed, company: Company
) -> None:
    seen = await account_version(company.account_id)
    await commit(company, 1, 2, 3)
    async with aclosing(running.follow(company.account_id, seen)) as following:
        first = await take(company, following, 2)
        await company.buy(PRO=1)
        await commit(company, 5, 6)
        rest = await take(company, following, 2)
        commit_listeners.publish(company.account_id)
        rest += await take(company, following, 2)
        assert first + rest == await recorded_updates(company, seen)
        assert [counts["PRO"][0] for _, _, counts in first + rest] == [1, 2, 3, 4, 5, 6]


async def test_followers_that_come_in_the_middle_of_changes_miss_none(running: Feed, company: Company) -> None:
    await company.buy(PRO=3)
    begin = await account_version(company.account_id)
    end = begin + 30

    async def follow(delay: int) -> list[Update]:
        for _ in range(delay):
            await asyncio.sleep(0)
        async with aclosing(running.follow(company.account_id, None)) as following:
            seen = await take(company, following)
            while seen[-1][0] < end:
                seen += await take(company, following)
            return seen

    async def change() -> None:
        for seats in range(4, 34):
            await commit(company, seats)
            commit_listeners.publish(company.account_id)

    *followed, _ = await asyncio.gather(*(follow(delay * 7) for delay in range(20)), change())
    for (version, snapshot, counts), *changes in followed:
        assert (snapshot, counts["PRO"]) == (True, (3 + version - begin, 0, 0))
        assert changes == await recorded_updates(company, version)
    assert running._watched == {}


async def test_a_commit_that_nobody_announced_is_found(looks_often: None, running: Feed, company: Company) -> None:
    async with aclosing(running.follow(company.account_id, None)) as following:
        ((seen, _, _),) = await take(company, following)
        await commit(company, 1, 2)
        assert await take(company, following, 2) == [
            (seen + 1, False, {"PRO": (1, 0, 0)}),
            (seen + 2, False, {"PRO": (2, 0, 0)}),
        ]


async def test_a_database_that_fails_for_a_while_delays_and_loses_nothing(
    looks_often: None, running: Feed, company: Company
) -> None:
    async with aclosing(running.follow(company.account_id, None)) as following:
        ((seen, _, _),) = await take(company, following)
        await fetch("ALTER TABLE accounts RENAME TO accounts_away")
        try:
            with capture_logs() as entries:
                commit_listeners.publish(company.account_id)
                await until(lambda: {"feed.read_failed", "feed.look_failed"} <= {entry["event"] for entry in entries})
        finally:
            await fetch("ALTER TABLE accounts_away RENAME TO accounts")
        await commit(company, 1)
        await commit(company, 2)
        assert await take(company, following, 2) == [
            (seen + 1, False, {"PRO": (1, 0, 0)}),
            (seen + 2, False, {"PRO": (2, 0, 0)}),
        ]


async def test_a_follower_that_fell_too_far_behind_gets_a_snapshot_and_a_quick_one_each_change(
    running: Feed, company: Company
) -> None:
    async with (
        aclosing(running.follow(company.account_id, None)) as slow,
        aclosing(running.follow(company.account_id, None)) as quick,
    ):
        ((seen, _, _),) = await take(company, slow)
        await take(company, quick)
        for turn in range(3):
            await commit(company, *range(turn * 500 + 1, turn * 500 + 501))
            commit_listeners.publish(company.account_id)
            assert [version for version, _, _ in await take(company, quick, 500)] == list(
                range(seen + turn * 500 + 1, seen + turn * 500 + 501)
            )
        assert await take(company, slow) == [(seen + 1500, True, NOTHING_BOUGHT | {"PRO": (1500, 0, 0)})]
        await commit(company, 1501)
        commit_listeners.publish(company.account_id)
        assert await take(company, slow) == [(seen + 1501, False, {"PRO": (1501, 0, 0)})]


async def test_no_more_is_kept_than_a_follower_may_miss(running: Feed, company: Company) -> None:
    async with aclosing(running.follow(company.account_id, None)) as following:
        await take(company, following)
        for turn in range(3):
            await commit(company, *range(turn * 900 + 1, turn * 900 + 901))
            commit_listeners.publish(company.account_id)
            await take(company, following, 900)
        assert len(running._watched[company.account_id]._recent) == MOST_MISSED


async def test_many_followers_of_an_account_cost_one_reader(running: Feed, company: Company) -> None:
    followers = [running.follow(company.account_id, None) for _ in range(20)]
    for follower in followers:
        await take(company, follower)
    version = await commit(company, 1)
    with statements() as seen:
        commit_listeners.publish(company.account_id)
        told = [await take(company, follower) for follower in followers]
    assert told == [[(version, False, {"PRO": (1, 0, 0)})]] * 20
    # The account's version, and the events after the last one read.
    assert len(seen) == 2
    for follower in followers:
        await follower.aclose()


async def test_a_follower_is_called_now_and_then_when_nothing_comes_and_misses_nothing_by_it(
    running: Feed, company: Company
) -> None:
    async with aclosing(running.follow(company.account_id, None, beat=0.01)) as following:
        ((seen, _, _),) = await take(company, following)
        assert [await anext(following) for _ in range(3)] == [None, None, None]
        await commit(company, 1, 2)
        commit_listeners.publish(company.account_id)
        told = []
        async with asyncio.timeout(COMES_WITHIN):
            while len(told) < 2:
                if update := await anext(following):
                    told.append(update_from(company, update))
        assert told == [(seen + 1, False, {"PRO": (1, 0, 0)}), (seen + 2, False, {"PRO": (2, 0, 0)})]


async def test_a_feed_listens_only_while_it_runs(company: Company) -> None:
    feed = Feed()
    async with feed.running():
        assert feed._wake in commit_listeners._listeners
    assert feed._wake not in commit_listeners._listeners
