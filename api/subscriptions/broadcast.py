"""Broadcasting to subscribers of one account: one execution for each update, whose bytes all of them are sent."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from uuid import UUID

from prometheus_client import Counter

from api.subscriptions.credential_checks import CredentialChecks
from api.subscriptions.frames import next_frame
from api.subscriptions.single_flight import SingleFlight
from api.subscriptions.subscriber import Subscriber, TooSlowError
from engine.breadth_first.shared_task import shielded
from models.events.seat_feed import FOLLOWERS, ChangesLost, Feed, SeatUpdate, Watched

# After so many, other tasks have their turn.
SENT_AT_ONCE = 100
# How long, in seconds, a result is kept for subscribers who catch up meanwhile.
KEPT_FOR = 5.0

EXECUTIONS = Counter(
    "usher_seat_executions", "Executions of a subscription for an update, shared by its subscribers."
)

Snapshot = tuple[int, bytes]
Execute = Callable[[SeatUpdate], Awaitable[bytes]]
Send = Callable[[int, bytes], Awaitable[None]]


class Broadcast:
    """The subscribers of an account with the same operation and the same permissions.

    A subscriber first catches up alone, as fast as its socket takes it. Once it has seen as much as the others it
    joins them, and has no task of its own. One whose socket takes no message goes back to catching up.
    """

    def __init__(
        self, account_id: UUID, feed: Feed, checks: CredentialChecks, execute: Execute, end: Callable[[], object]
    ) -> None:
        self._account_id = account_id
        self._feed = feed
        self._checks = checks
        self._execute = execute
        self._end = end
        self._subscribers: set[Subscriber] = set()
        self._joined: dict[Subscriber, None] = {}
        # The version of the last update that those who joined are sent, or are being sent.
        self._position = 0
        self._sending: asyncio.Task[None] | None = None
        self._results: dict[UUID | None, asyncio.Future[bytes]] = {}
        self._snapshots = SingleFlight(self._make_snapshot)

    async def follow(self, subscriber: Subscriber) -> None:
        """Send a new subscriber a snapshot, or the updates that it has missed, and let it join."""
        self._subscribers.add(subscriber)
        self._checks.add(subscriber)
        FOLLOWERS.inc()
        subscriber.leave = self._leave
        await self._catch_up(subscriber)

    def _leave(self, subscriber: Subscriber) -> None:
        if subscriber not in self._subscribers:
            return
        self._subscribers.discard(subscriber)
        self._part(subscriber)
        self._checks.remove(subscriber)
        FOLLOWERS.dec()
        if not self._subscribers:
            self._end()

    async def _catch_up(self, subscriber: Subscriber) -> None:
        try:
            while not await self._catches_up(subscriber):
                subscriber.seen = None
        except TooSlowError:
            pass
        except Exception as error:  # noqa: BLE001 - sent to the subscriber
            subscriber.fail(error)

    async def _catches_up(self, subscriber: Subscriber) -> bool:
        """Send a subscriber what it has missed and let it join; False where changes that it saw are lost."""
        try:
            async with self._feed.watching(self._account_id) as watched:
                while True:
                    await self._send_missed(watched, subscriber.seen, subscriber.send_when_ready)
                    position = self._position
                    if watched.read_to < position:
                        await watched.refresh()
                    # From here on nothing is awaited until the subscriber has joined.
                    if position == self._position and watched.nothing_after(subscriber.seen or 0):
                        break
                self._join(subscriber)
        except ChangesLost:
            return False
        return True

    def _join(self, subscriber: Subscriber) -> None:
        if subscriber not in self._subscribers:
            return
        subscriber.task = None
        self._joined[subscriber] = None
        if self._sending is None:
            self._position = subscriber.seen or 0
            self._sending = asyncio.create_task(self._send_updates())

    def _part(self, subscriber: Subscriber) -> None:
        self._joined.pop(subscriber, None)
        if not self._joined and self._sending:
            self._sending.cancel()
            self._sending = None
            self._position = 0

    async def _send_updates(self) -> None:
        seen: int | None = self._position
        try:
            while True:
                with suppress(ChangesLost):
                    async with self._feed.watching(self._account_id) as watched:
                        while True:
                            await self._send_missed(watched, seen, self._send)
                            seen = self._position
                            await watched.wait_beyond(seen)
                # A snapshot is next, at a version that may be lower.
                seen = None
                for subscriber in self._joined:
                    subscriber.seen = None
        except Exception as error:  # noqa: BLE001 - sent to all subscribers
            for subscriber in list(self._joined):
                subscriber.fail(error)

    async def _send(self, version: int, result: bytes) -> None:
        await self._checks.ensure_recent()
        self._position = version
        frames: dict[str, bytes] = {}
        for number, subscriber in enumerate(list(self._joined), start=1):
            if subscriber in self._joined and version > (subscriber.seen or 0):
                frame = frames.get(subscriber.id) or frames.setdefault(
                    subscriber.id, next_frame(subscriber.id, result)
                )
                if not subscriber.send(version, frame):
                    self._part(subscriber)
                    subscriber.task = asyncio.create_task(self._catch_up(subscriber))
            if number % SENT_AT_ONCE == 0:
                await asyncio.sleep(0)

    async def _send_missed(self, watched: Watched, seen: int | None, send: Send) -> None:
        changes = None if seen is None else await watched.changes_after(seen)
        if changes is None:
            await send(*await self._snapshots.result())
            return
        for change in changes:
            update = SeatUpdate(change.version, change.event_id, change.pools)
            await send(change.version, await self._result(update))

    async def _result(self, update: SeatUpdate) -> bytes:
        """The result for a change. It is kept for a moment and no longer: prices in it do change."""
        change = update.event_id
        if change not in self._results:
            self._results[change] = asyncio.ensure_future(self._run(update))
            asyncio.get_running_loop().call_later(KEPT_FOR, self._results.pop, change, None)
        try:
            return await shielded(self._results[change])
        except Exception:
            self._results.pop(change, None)
            raise

    async def _make_snapshot(self) -> Snapshot:
        async with self._feed.watching(self._account_id) as watched:
            update = await watched.snapshot()
        return update.version, await self._run(update)

    async def _run(self, update: SeatUpdate) -> bytes:
        EXECUTIONS.inc()
        return await self._execute(update)
