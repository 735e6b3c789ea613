"""The live feed of one process: follows the seat events of accounts that have subscribers."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import takewhile
from uuid import UUID

import structlog
from prometheus_client import Gauge

from models.database.background import background_task, run_periodically
from models.database.connection import fetch
from models.database.outages import UNAVAILABLE
from models.errors import CredentialProblem, Unauthenticated
from models.events import commit_listeners
from models.events.seat_changes import SeatChange, seat_changes_after
from models.reads.inventory import PoolCounts, read_inventory

# A subscriber that missed more than this gets a snapshot instead.
MOST_MISSED = 1000
LOOK_EVERY = 1.0

FOLLOWERS = Gauge("usher_followers", "Subscriptions that follow seat counts.", multiprocess_mode="livesum")

# The watched accounts whose newest event, by version and id, is not the one that was read last.
MOVED = """
SELECT watched.account_id
FROM unnest($1::uuid[], $2::bigint[], $3::uuid[]) AS watched (account_id, version, event_id)
JOIN accounts AS account ON account.id = watched.account_id
LEFT JOIN events AS event ON event.account_id = account.id AND event.version = account.version
WHERE account.version <> watched.version OR event.id IS DISTINCT FROM watched.event_id
"""
# The account's version, and whether the event that was read last still exists.
PLACE = """
SELECT account.version, event.id AS event_id,
       (SELECT id FROM events WHERE account_id = account.id AND version = $2) AS read_id
FROM accounts AS account
LEFT JOIN events AS event ON event.account_id = account.id AND event.version = account.version
WHERE account.id = $1
"""

log = structlog.get_logger(__name__)


class ChangesLost(Exception):
    """Changes that were read no longer exist: a standby was promoted without them, or a backup restored."""


@dataclass(frozen=True)
class SeatUpdate:
    """One message of the feed: the pools that one event moved, or without an event the whole inventory."""

    version: int
    event_id: UUID | None
    pools: list[PoolCounts]

    @property
    def snapshot(self) -> bool:
        """Whether `pools` is the whole inventory."""
        return self.event_id is None


class Feed:
    """Serves any number of subscribers of an account from one reader, each at its own pace.

    No queue per subscriber: each keeps its version and reads later changes from the account's recent ones, or from
    the database when it is too slow for those. A lost notification only delays: the feed polls every second.
    """

    def __init__(self) -> None:
        self._watched: dict[UUID, Watched] = {}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listen for commits, and poll every second for those of other processes."""
        stop_listening = commit_listeners.listen(self._wake)
        try:
            async with background_task(
                run_periodically(self._wake_moved, lambda: LOOK_EVERY, log, "feed.look_failed")
            ):
                yield
        finally:
            stop_listening()

    async def follow(
        self, account_id: UUID, after: int | None, *, beat: float = 60.0
    ) -> AsyncGenerator[SeatUpdate | None, None]:
        """Every change of seat counts in order, none missing, none twice; endless.

        Yields None when nothing has come for `beat` seconds, so that the subscriber can check its credential.

        Without `after`, or when more than 1 000 changes followed it, or when it lies in the future, or when changes
        were lost: first a snapshot of every pool.
        """
        seen = after
        with FOLLOWERS.track_inprogress():
            while True:
                with suppress(ChangesLost):
                    async with self.watching(account_id) as watched:
                        while True:
                            missed = await watched.missed(seen)
                            for update in missed:
                                seen = update.version
                                yield update
                            if not missed and not await watched.wait_beyond(seen or 0, beat):
                                yield None
                seen = None

    @asynccontextmanager
    async def watching(self, account_id: UUID) -> AsyncIterator["Watched"]:
        """Keep an account's recent changes while the block runs. Raises ChangesLost once some no longer exist."""
        watched = self._watched.get(account_id)
        if watched is None or watched.lost:
            watched = self._watched[account_id] = Watched(account_id)
        watched.watchers += 1
        try:
            await watched.refresh()
            yield watched
        finally:
            watched.watchers -= 1
            if watched.watchers == 0 and self._watched.get(account_id) is watched:
                del self._watched[account_id]
                watched.close()

    def _wake(self, account_id: UUID) -> None:
        if watched := self._watched.get(account_id):
            watched.wake()

    async def _wake_moved(self) -> None:
        if not self._watched:
            return
        places = [(each.account_id, each.read_to, each.read_id) for each in self._watched.values()]
        for row in await fetch(MOVED, *map(list, zip(*places, strict=True))):
            self._wake(row["account_id"])


class Watched:
    """The recent seat changes of one account: complete from `complete_after` to `read_to`."""

    def __init__(self, account_id: UUID) -> None:
        self.account_id = account_id
        self.watchers = 0
        self.read_to = -1
        # The event of that version: a version comes again where changes were lost, its event does not.
        self.read_id: UUID | None = None
        self.lost = False
        self._complete_after = -1
        self._recent: deque[SeatChange] = deque()
        self._moved = asyncio.Event()
        self._reading = asyncio.Lock()
        self._refreshing: asyncio.Task[None] | None = None
        self._woken = False

    def wake(self) -> None:
        """Read new changes soon; calls during a read lead to one more."""
        self._woken = True
        if self._refreshing is None or self._refreshing.done():
            self._refreshing = asyncio.create_task(self._refresh_while_woken())

    async def refresh(self) -> None:
        """Read the events since the last read. Raises ChangesLost, and Unauthenticated where the account is lost."""
        async with self._reading:
            self._require_kept()
            now_at, event_id = await self._place()
            if self.read_to < 0:
                self._complete_after, self.read_to, self.read_id = now_at, now_at, event_id
            while self.read_to < now_at:
                changes = await seat_changes_after(self.account_id, self.read_to, most=MOST_MISSED)
                self._recent.extend(changes)
                if changes and (len(changes) == MOST_MISSED or changes[-1].version > now_at):
                    self.read_to, self.read_id = changes[-1].version, changes[-1].event_id
                else:
                    self.read_to, self.read_id = now_at, event_id
            while len(self._recent) > MOST_MISSED:
                self._complete_after = self._recent.popleft().version
            self._moved.set()
            self._moved = asyncio.Event()

    async def _place(self) -> tuple[int, UUID | None]:
        """The account's version and the event that made it."""
        rows = await fetch(PLACE, self.account_id, self.read_to)
        if not rows:
            raise Unauthenticated(CredentialProblem.UNKNOWN)
        if self.read_to >= 0 and rows[0]["read_id"] != self.read_id:
            log.warning("feed.changes_lost", account_id=str(self.account_id), read_to=self.read_to)
            self.lost = True
            self._moved.set()
            raise ChangesLost
        return rows[0]["version"], rows[0]["event_id"]

    def _require_kept(self) -> None:
        if self.lost:
            raise ChangesLost

    async def missed(self, seen: int | None) -> list[SeatUpdate]:
        """The updates after version `seen`; a snapshot if there are too many."""
        changes = None if seen is None else await self.changes_after(seen)
        if changes is None:
            return [await self.snapshot()]
        return [SeatUpdate(change.version, change.event_id, change.pools) for change in changes]

    async def snapshot(self) -> SeatUpdate:
        """The whole inventory as of now."""
        inventory = await read_inventory(self.account_id)
        return SeatUpdate(inventory.version, None, inventory.pools)

    async def changes_after(self, version: int) -> list[SeatChange] | None:
        """The changes after a version; None when they are too many to send one by one, or it lies in the future."""
        self._require_kept()
        if version > self.read_to:
            await self.refresh()
        if version > self.read_to:
            return None
        if version >= self._complete_after:
            newest_first = takewhile(lambda change: change.version > version, reversed(self._recent))
            return list(newest_first)[::-1]
        missed = await seat_changes_after(self.account_id, version, most=MOST_MISSED + 1)
        return None if len(missed) > MOST_MISSED else missed

    def nothing_after(self, version: int) -> bool:
        """Whether no seat change after this version is read yet."""
        return not (self._recent and self._recent[-1].version > version)

    async def wait_beyond(self, version: int, most: float | None = None) -> bool:
        """Wait until a seat change after this version is read, so many seconds at most; returns whether it was.

        Raises ChangesLost.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(most):
                while self.nothing_after(version):
                    self._require_kept()
                    await self._moved.wait()
                return True
        return False

    def close(self) -> None:
        """Stop reading."""
        if self._refreshing is not None:
            self._refreshing.cancel()

    async def _refresh_while_woken(self) -> None:
        while self._woken:
            self._woken = False
            try:
                await self.refresh()
            except ChangesLost:
                return
            except UNAVAILABLE as error:
                log.warning("feed.read_failed", error=type(error).__name__)
            except Exception:
                log.warning("feed.read_failed", exc_info=True)
