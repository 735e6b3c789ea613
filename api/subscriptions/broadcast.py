"""Telling many followers of one account the same: one execution for each update, and its bytes for everybody."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from uuid import UUID

from prometheus_client import Counter

from api.subscriptions.credential_checks import SessionChecks
from api.subscriptions.frames import next_frame
from api.subscriptions.single_flight import Rounds
from api.subscriptions.subscriber import Follower, TooSlowError
from engine.breadth_first.shared_task import wait_for_shared
from models.events.seat_feed import FOLLOWERS, ChangesLost, Feed, SeatUpdate, Watched

# So many are told at a time, and then whatever else waits has its turn.
TOLD_AT_ONCE = 100
# How long, in seconds, a result is kept for followers who catch up meanwhile.
KEPT_FOR = 5.0

EXECUTIONS = Counter("usher_seat_executions", "Executions of a subscription for an update, shared by its followers.")

Told = tuple[int, bytes]
Execute = Callable[[SeatUpdate], Awaitable[bytes]]
Tell = Callable[[int, bytes], Awaitable[None]]


class Broadcast:
    """The followers of an account who ask for the same, with the same rights.

    A follower first catches up alone, as fast as its socket takes it. Once it has seen as much as the others it
    joins them, and has no task of its own. Who does not take a message goes back to catching up.
    """

    def __init__(
        self, account_id: UUID, feed: Feed, checks: SessionChecks, execute: Execute, end: Callable[[], object]
    ) -> None:
        self._account_id = account_id
        self._feed = feed
        self._checks = checks
        self._execute = execute
        self._end = end
        self._followers: set[Follower] = set()
        self._joined: dict[Follower, None] = {}
        # The version of the last update that those who joined are told, or are being told.
        self._position = 0
        self._telling: asyncio.Task[None] | None = None
        self._results: dict[UUID | None, asyncio.Future[bytes]] = {}
        self._snapshots = Rounds(self._make_snapshot)

    async def follow(self, follower: Follower) -> None:
        """Tell a new follower where things are, or what it has missed, and let it join."""
        self._followers.add(follower)
        self._checks.add(follower)
        FOLLOWERS.inc()
        follower.leave = self._leave
        await self._catch_up(follower)

    def _leave(self, follower: Follower) -> None:
        if follower not in self._followers:
            return
        self._followers.discard(follower)
        self._part(follower)
        self._checks.remove(follower)
        FOLLOWERS.dec()
        if not self._followers:
            self._end()

    async def _catch_up(self, follower: Follower) -> None:
        try:
            while not await self._has_caught_up(follower):
                follower.seen = None
        except TooSlowError:
            pass
        except Exception as error:  # noqa: BLE001 - told to the follower
            follower.fail(error)

    async def _has_caught_up(self, follower: Follower) -> bool:
        """Tell a follower what it has missed and let it join; False where changes that it saw are lost."""
        try:
            async with self._feed.watching(self._account_id) as watched:
                while True:
                    await self._tell_missed(watched, follower.seen, follower.tell_when_ready)
                    position = self._position
                    if watched.read_to < position:
                        await watched.refresh()
                    # From here on nothing is awaited until the follower is one of those who are told.
                    if position == self._position and watched.nothing_after(follower.seen or 0):
                        break
                self._join(follower)
        except ChangesLost:
            return False
        return True

    def _join(self, follower: Follower) -> None:
        if follower not in self._followers:
            return
        follower.task = None
        self._joined[follower] = None
        if self._telling is None:
            self._position = follower.seen or 0
            self._telling = asyncio.create_task(self._tell_everybody())

    def _part(self, follower: Follower) -> None:
        self._joined.pop(follower, None)
        if not self._joined and self._telling:
            self._telling.cancel()
            self._telling = None
            self._position = 0

    async def _tell_everybody(self) -> None:
        seen: int | None = self._position
        try:
            while True:
                with suppress(ChangesLost):
                    async with self._feed.watching(self._account_id) as watched:
                        while True:
                            await self._tell_missed(watched, seen, self._tell)
                            seen = self._position
                            await watched.wait_beyond(seen)
                # A snapshot is next, at a version that may be lower.
                seen = None
                for follower in self._joined:
                    follower.seen = None
        except Exception as error:  # noqa: BLE001 - told to everybody
            for follower in list(self._joined):
                follower.fail(error)

    async def _tell(self, version: int, result: bytes) -> None:
        await self._checks.be_recent()
        self._position = version
        frames: dict[str, bytes] = {}
        for number, follower in enumerate(list(self._joined), start=1):
            if follower in self._joined and version > (follower.seen or 0):
                frame = frames.get(follower.id) or frames.setdefault(follower.id, next_frame(follower.id, result))
                if not follower.tell(version, frame):
                    self._part(follower)
                    follower.task = asyncio.create_task(self._catch_up(follower))
            if number % TOLD_AT_ONCE == 0:
                await asyncio.sleep(0)

    async def _tell_missed(self, watched: Watched, seen: int | None, tell: Tell) -> None:
        changes = None if seen is None else await watched.changes_after(seen)
        if changes is None:
            await tell(*await self._snapshots.result())
            return
        for change in changes:
            update = SeatUpdate(change.version, change.event_id, change.pools)
            await tell(change.version, await self._result(update))

    async def _result(self, update: SeatUpdate) -> bytes:
        """What all are told of a change. It is kept for a moment and no longer: prices in it do change."""
        change = update.event_id
        if change not in self._results:
            self._results[change] = asyncio.ensure_future(self._run(update))
            asyncio.get_running_loop().call_later(KEPT_FOR, self._results.pop, change, None)
        try:
            return await wait_for_shared(self._results[change])
        except Exception:
            self._results.pop(change, None)
            raise

    async def _make_snapshot(self) -> Told:
        async with self._feed.watching(self._account_id) as watched:
            update = await watched.snapshot()
        return update.version, await self._run(update)

    async def _run(self, update: SeatUpdate) -> bytes:
        EXECUTIONS.inc()
        return await self._execute(update)
