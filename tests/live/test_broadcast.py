"""Joining those who are told, step by step: executions end when the test lets them."""

import asyncio
from collections import defaultdict

import orjson
import pytest

from api.subscriptions.broadcast import Broadcast
from api.subscriptions.credential_checks import CredentialChecks
from api.subscriptions.single_flight import SingleFlight
from api.subscriptions.subscriber import Subscriber
from models.events import commit_listeners
from models.events.seat_feed import Feed, SeatUpdate
from tests.support.company import Company
from tests.support.recorded import account_version
from tests.support.seats_feed import commit_elsewhere
from tests.support.waiting import until


class Kept:
    """A socket that takes everything, and keeps the versions it was told."""

    def __init__(self) -> None:
        self.told: list[int] = []

    def post(self, frame: bytes) -> bool:
        """Take a frame."""
        self.told.append(orjson.loads(frame[2:])["payload"])
        return True

    async def drained(self) -> None:
        """Take more."""

    def cut_off(self, code: int, reason: str) -> None:
        """Fail: nobody is to be cut off."""
        raise AssertionError((code, reason))


async def test_what_others_are_told_while_a_follower_catches_up_it_is_told_as_well(
    company: Company, feed: Feed
) -> None:
    ended = asyncio.Event()
    held: defaultdict[int, asyncio.Event] = defaultdict(asyncio.Event)
    package = company.packages["PRO"].id
    begin = await account_version(company.account_id)

    async def execute(update: SeatUpdate) -> bytes:
        await held[update.version].wait()
        return str(update.version).encode()

    def follower(socket: Kept, after: int) -> Subscriber:
        return Subscriber(socket, "1", company.viewer, after, lambda _: None)

    broadcast = Broadcast(company.account_id, feed, CredentialChecks(), execute, ended.set)
    await commit_elsewhere(company.account_id, package, [1])
    first, late = Kept(), Kept()
    early = follower(first, begin + 1)
    await broadcast.follow(early)
    behind = follower(late, begin)
    catching_up = asyncio.create_task(broadcast.follow(behind))
    await until(lambda: begin + 1 in held)
    await commit_elsewhere(company.account_id, package, [2])
    held[begin + 2].set()
    commit_listeners.publish(company.account_id)
    await until(lambda: first.told == [begin + 2])
    assert late.told == []
    held[begin + 1].set()
    await catching_up
    assert late.told == [begin + 1, begin + 2]
    held[begin + 3].set()
    await commit_elsewhere(company.account_id, package, [3])
    commit_listeners.publish(company.account_id)
    await until(lambda: late.told[2:] == [begin + 3] and first.told[1:] == [begin + 3])
    for each in (early, behind):
        assert not ended.is_set()
        each.stop()
    assert ended.is_set()
    await until(lambda: not feed._watched)


async def test_who_comes_in_a_crowd_shares_a_snapshot_that_was_read_after_they_came() -> None:
    let = asyncio.Semaphore(0)
    began: list[int] = []

    async def work() -> int:
        began.append(len(began))
        number = began[-1]
        await let.acquire()
        if number == 1:
            raise ValueError(number)
        return number

    rounds = SingleFlight(work)
    first = [asyncio.ensure_future(rounds.result()) for _ in range(3)]
    await until(lambda: began == [0])
    second = [asyncio.ensure_future(rounds.result()) for _ in range(3)]
    # A task begins in the loop's next turn.
    await asyncio.sleep(0)
    second[0].cancel()
    assert began == [0]
    let.release()
    assert await asyncio.gather(*first) == [0, 0, 0]
    let.release()
    for each in second[1:]:
        with pytest.raises(ValueError, match="1"):
            await each
    let.release()
    assert await rounds.result() == 2
