"""What sessions, API keys, accounts and addresses may have answered in a minute, whatever process they meet.

Each process counts what it answers, and tells the database and hears of the others twice a second: no call waits for
it. So who calls several processes at once can spend a little more than is allowed, as much as half a second brings.
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
from models.database.background import beside, now_and_then
from models.database.clock import now
from models.database.connection import fetch
from models.errors import RateLimited
from models.limits.sliding_window import ADD_TO_SPENT, Spent, Window

LENGTH = timedelta(minutes=1)
TOLD_EVERY = 0.5
# Of callers who come no more, those seen last are remembered.
MOST_CALLERS = 20_000

log = structlog.get_logger(__name__)


class Budget(NamedTuple):
    """What is left to a caller after a call of this cost, and when it is whole again if nothing more is spent.

    That is `reset_in` seconds from the call, at least one. Of several budgets it is the one with least left.
    """

    cost: int
    remaining: int
    limit: int
    reset_in: int
    reset_time: float

    @property
    def reset_at(self) -> datetime:
        """When it is whole again."""
        return datetime.fromtimestamp(self.reset_time, tz=UTC)


class Payer:
    """What one payer has spent, as far as this process knows, and how much of it nobody was told yet.

    Whatever it spends, `outer` spends as well: the account of a credential, the larger network of a network.
    """

    __slots__ = ("before", "key", "most", "outer", "period", "spent", "untold", "window")

    def __init__(self, key: UUID, window: Window, period: int, outer: "Payer | None") -> None:
        self.key = key
        self.window = window
        self.most = window.most
        # As in Spent: a call changes them in place.
        self.period, self.spent, self.before = period, 0, 0
        self.untold = 0
        self.outer = outer

    def seen_in(self, period: int) -> Spent:
        """What was spent, seen from a period."""
        return Spent(self.period, self.spent, self.before).seen_in(period)

    def have_spent(self, spent: Spent) -> None:
        """Note what was spent in all."""
        self.period, self.spent, self.before = spent


class Budgets:
    """The budgets of all callers: so much in any minute for a credential, an account, and an anonymous address."""

    def __init__(self, of_credential: int, of_account: int, of_address: int) -> None:
        self._credential = Window(of_credential, LENGTH)
        self._account = Window(of_account, LENGTH)
        self._of_address = of_address
        self._payers: OrderedDict[UUID, Payer] = OrderedDict()

    def of_viewer(self, credential: UUID, account: UUID) -> Payer:
        """A session or an API key, which pays together with its account."""
        payer = self._payers.get(credential)
        if payer is None:
            outer = self._payers.get(account) or self._new(account, self._account, None)
            payer = self._new(credential, self._credential, outer)
            self._touch(payer)
        return payer

    def of_networks(self, networks: Sequence[Network]) -> Payer:
        """The smallest network of an anonymous client, which pays together with the larger ones."""
        *smaller, largest = networks
        payer = self._of_network(largest, None)
        for network in reversed(smaller):
            payer = self._of_network(network, payer)
        self._touch(payer)
        return payer

    def has_room(self, payer: Payer, cost: int) -> bool:
        """Whether a payer may spend so much now."""
        period, passed = self._credential.at(now().timestamp())
        each: Payer | None = payer
        while each is not None:
            if each.window.left(each.seen_in(period), passed, cost) < 0:
                return False
            each = each.outer
        return True

    def require_room(self, payer: Payer, cost: int) -> None:
        """Raise RateLimited where a payer may not spend so much, with when to try again."""
        if not self.has_room(payer, cost):
            raise self._refusal(payer, cost)

    def spend(self, payer: Payer, cost: int) -> Budget:
        """Spend of a payer's budget. Raises RateLimited, with when to try again; then nothing was spent."""
        time = now().timestamp()
        nearest, least = _nearest(payer, *self._credential.at(time), cost)
        if least < 0:
            raise self._refusal(payer, cost)
        return _spent(payer, cost, nearest, least, time)

    def owe(self, payer: Payer, cost: int) -> Budget:
        """Spend for what was done already, also where there is no room for it."""
        time = now().timestamp()
        nearest, least = _nearest(payer, *self._credential.at(time), cost)
        return _spent(payer, cost, nearest, max(0.0, least), time)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Tell the database, and hear of other processes, while the block runs."""
        async with beside(now_and_then(self.tell, lambda: TOLD_EVERY, log, "budgets.untold")):
            yield

    async def tell(self) -> None:
        """Tell what was spent here since the last time, and hear what was spent in all."""
        untold = {key: payer.untold for key, payer in self._payers.items() if payer.untold}
        if not untold:
            return
        for key in untold:
            self._touch(self._payers[key])
        rows = await fetch(
            _ADD,
            list(untold),
            list(untold.values()),
            self._credential.at(now().timestamp()).period,
            now(),
        )
        for row in rows:
            if payer := self._payers.get(row["key"]):
                payer.untold -= untold[row["key"]]
                payer.have_spent(Spent(row["period"], row["spent"] + payer.untold, row["spent_before"]))
        self._forget()

    def _of_network(self, network: Network, outer: Payer | None) -> Payer:
        key = _key(network.name)
        return self._payers.get(key) or self._new(key, Window(self._of_address * network.factor, LENGTH), outer)

    def _new(self, key: UUID, window: Window, outer: Payer | None) -> Payer:
        if len(self._payers) >= 2 * MOST_CALLERS:
            # While the database is away nothing is told, and nobody else is forgotten.
            self._payers.popitem(last=False)
        period = self._credential.at(now().timestamp()).period
        payer = self._payers[key] = Payer(key, window, period, outer)
        return payer

    def _touch(self, payer: Payer) -> None:
        """Make a payer the last to be forgotten, and those it pays with later still: it must not outlive them."""
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
        while len(self._payers) > MOST_CALLERS:
            oldest = next(iter(self._payers))
            if self._payers[oldest].untold:
                return
            del self._payers[oldest]


_ADD = f"""
INSERT INTO allowances_spent AS kept (key, period, spent, spent_before, changed_at)
SELECT key, $3, spent, 0, $4 FROM unnest($1::uuid[], $2::int[]) AS added (key, spent) ORDER BY key
{ADD_TO_SPENT}
RETURNING key, period, spent, spent_before
"""  # noqa: S608 - constants


def _nearest(payer: Payer, period: int, passed: float, cost: int) -> tuple[Payer, float]:
    """Of a payer and those it pays with, the one with least left after so much more, and how much that is."""
    nearest, least, to_come = payer, float(payer.most), 1 - passed
    each: Payer | None = payer
    while each is not None:
        if each.period != period:
            each.have_spent(each.seen_in(period))
        left = each.most - each.spent - each.before * to_come - cost
        if left < least:
            nearest, least = each, left
        each = each.outer
    return nearest, least


def _spent(payer: Payer, cost: int, nearest: Payer, left: float, time: float) -> Budget:
    """Note what was spent."""
    each: Payer | None = payer
    while each is not None:
        each.spent += cost
        each.untold += cost
        each = each.outer
    whole = nearest.window.whole_at(Spent(nearest.period, nearest.spent, nearest.before))
    return Budget(cost, int(left), nearest.most, max(1, ceil(whole - time)), whole)


@lru_cache(10_000)
def _key(network: str) -> UUID:
    """What an address is counted by, which lies in the database instead of it."""
    return UUID(bytes=hashlib.sha256(f"cost of an address:{network}".encode()).digest()[:16])
