"""Cost budgets per minute of sessions, API keys, accounts and addresses, shared by all processes.

Each process counts costs in memory and exchanges them with the database twice a second, so no call waits for it. A
client of several processes can therefore exceed a budget by the costs of half a second.
"""

import hashlib
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from math import ceil
from typing import NamedTuple
from uuid import UUID

import structlog

from models.access.anonymous_caller import Network
from models.database.background import background_task, run_periodically
from models.database.clock import now
from models.database.connection import fetch
from models.errors import RateLimited
from models.limits.sliding_window import ADD_TO_SPENT, SlidingWindow, Spent

LENGTH = timedelta(minutes=1)
EXCHANGE_EVERY = 0.5
# The least recently used payers are dropped.
MOST_PAYERS = 20_000

log = structlog.get_logger(__name__)


class Budget(NamedTuple):
    """The remaining budget after a call of this cost; it is full again after `reset_in` seconds, at least one.

    Of several budgets it is the one with the least remaining.
    """

    cost: int
    remaining: int
    limit: int
    reset_in: int
    reset_time: float

    @property
    def reset_at(self) -> datetime:
        """The time at which it is full again, if nothing more is spent."""
        return datetime.fromtimestamp(self.reset_time, tz=UTC)


class Payer:
    """The spending of one payer as far as this process knows, and the part that the database does not have yet.

    `outer` spends the same: the account of a credential, the larger network of a network.
    """

    __slots__ = ("before", "key", "most", "outer", "period", "spent", "unsaved", "window")

    def __init__(self, key: UUID, window: SlidingWindow, period: int, outer: "Payer | None") -> None:
        self.key = key
        self.window = window
        self.most = window.most
        # The fields of Spent, changed in place by each call.
        self.period, self.spent, self.before = period, 0, 0
        self.unsaved = 0
        self.outer = outer

    def seen_in(self, period: int) -> Spent:
        """The spending for a period."""
        return Spent(self.period, self.spent, self.before).seen_in(period)

    def set_spent(self, spent: Spent) -> None:
        """Set the spending of all processes."""
        self.period, self.spent, self.before = spent


class Budgets:
    """The budgets of all payers: limits per minute of a credential, an account and an anonymous address."""

    def __init__(self, of_credential: int, of_account: int, of_address: int) -> None:
        self._credential = SlidingWindow(of_credential, LENGTH)
        self._account = SlidingWindow(of_account, LENGTH)
        self._of_address = of_address
        self._payers: OrderedDict[UUID, Payer] = OrderedDict()

    def of_viewer(self, credential: UUID, account: UUID) -> Payer:
        """The payer of a session or an API key; its account pays as well."""
        payer = self._payers.get(credential)
        if payer is None:
            outer = self._payers.get(account) or self._new(account, self._account, None)
            payer = self._new(credential, self._credential, outer)
            self._touch(payer)
        return payer

    def of_networks(self, networks: Sequence[Network]) -> Payer:
        """The payer of the smallest network of an anonymous client; the larger ones pay as well."""
        *smaller, largest = networks
        payer = self._of_network(largest, None)
        for network in reversed(smaller):
            payer = self._of_network(network, payer)
        self._touch(payer)
        return payer

    def has_room(self, payer: Payer, cost: int) -> bool:
        """Whether a payer can afford a cost now."""
        period, passed = self._credential.at(now().timestamp())
        each: Payer | None = payer
        while each is not None:
            if each.window.left(each.seen_in(period), passed, cost) < 0:
                return False
            each = each.outer
        return True

    def require_room(self, payer: Payer, cost: int) -> None:
        """Raise RateLimited with the time to try again unless a payer can afford a cost."""
        if not self.has_room(payer, cost):
            raise self._refusal(payer, cost)

    def spend(self, payer: Payer, cost: int) -> Budget:
        """Charge a payer. Raises RateLimited with the time to try again; then nothing was charged."""
        time = now().timestamp()
        nearest, least = _nearest(payer, *self._credential.at(time), cost)
        if least < 0:
            raise self._refusal(payer, cost)
        return _spent(payer, cost, nearest, least, time)

    def owe(self, payer: Payer, cost: int) -> Budget:
        """Charge a payer for work that is done already, also beyond its budget."""
        time = now().timestamp()
        nearest, least = _nearest(payer, *self._credential.at(time), cost)
        return _spent(payer, cost, nearest, max(0.0, least), time)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Exchange costs with the database while the block runs."""
        async with background_task(run_periodically(self.exchange, lambda: EXCHANGE_EVERY, log, "budgets.untold")):
            yield

    async def exchange(self) -> None:
        """Add the costs since the last exchange to the database, and read those of all processes."""
        unsaved = {key: payer.unsaved for key, payer in self._payers.items() if payer.unsaved}
        if not unsaved:
            return
        for key in unsaved:
            self._touch(self._payers[key])
        rows = await fetch(
            _ADD,
            list(unsaved),
            list(unsaved.values()),
            self._credential.at(now().timestamp()).period,
            now(),
        )
        for row in rows:
            if payer := self._payers.get(row["key"]):
                payer.unsaved -= unsaved[row["key"]]
                payer.set_spent(Spent(row["period"], row["spent"] + payer.unsaved, row["spent_before"]))
        self._forget()

    def _of_network(self, network: Network, outer: Payer | None) -> Payer:
        key = _key(network.name)
        return self._payers.get(key) or self._new(
            key, SlidingWindow(self._of_address * network.factor, LENGTH), outer
        )

    def _new(self, key: UUID, window: SlidingWindow, outer: Payer | None) -> Payer:
        if len(self._payers) >= 2 * MOST_PAYERS:
            # While the database is away `_forget` drops no payer.
            self._payers.popitem(last=False)
        period = self._credential.at(now().timestamp()).period
        payer = self._payers[key] = Payer(key, window, period, outer)
        return payer

    def _touch(self, payer: Payer) -> None:
        """Mark a payer as used, and its outer ones after it: it must not outlive them."""
        each: Payer | None = payer
        while each is not None:
            self._payers.move_to_end(each.key)
            each = each.outer

    def _refusal(self, payer: Payer, cost: int) -> RateLimited:
        period, passed = self._credential.at(now().timestamp())
        moments: list[datetime] = []
        each: Payer | None = payer
        while each is not None:
            spent = each.seen_in(period)
            if each.window.left(spent, passed, cost) < 0:
                moments.append(each.window.room_at(spent, cost))
            each = each.outer
        return RateLimited(max(moments, default=now()))

    def _forget(self) -> None:
        while len(self._payers) > MOST_PAYERS:
            oldest = next(iter(self._payers))
            if self._payers[oldest].unsaved:
                return
            del self._payers[oldest]


_ADD = f"""
INSERT INTO allowances_spent AS kept (key, period, spent, spent_before, changed_at)
SELECT key, $3, spent, 0, $4 FROM unnest($1::uuid[], $2::int[]) AS added (key, spent) ORDER BY key
{ADD_TO_SPENT}
RETURNING key, period, spent, spent_before
"""  # noqa: S608 - constants


def _nearest(payer: Payer, period: int, passed: float, cost: int) -> tuple[Payer, float]:
    """The payer among `payer` and its outer ones with the least left after a cost, and how much that is."""
    nearest, least, to_come = payer, float(payer.most), 1 - passed
    each: Payer | None = payer
    while each is not None:
        if each.period != period:
            each.set_spent(each.seen_in(period))
        left = each.most - each.spent - each.before * to_come - cost
        if left < least:
            nearest, least = each, left
        each = each.outer
    return nearest, least


def _spent(payer: Payer, cost: int, nearest: Payer, left: float, time: float) -> Budget:
    """Add a cost to a payer and its outer ones."""
    each: Payer | None = payer
    while each is not None:
        each.spent += cost
        each.unsaved += cost
        each = each.outer
    whole = nearest.window.whole_at(Spent(nearest.period, nearest.spent, nearest.before))
    return Budget(cost, int(left), nearest.most, max(1, ceil(whole - time)), whole)


@lru_cache(10_000)
def _key(network: str) -> UUID:
    """The key that the database has in place of an address."""
    return UUID(bytes=hashlib.sha256(f"cost of an address:{network}".encode()).digest()[:16])
