"""What sessions and API keys may have answered in a minute, whatever process they meet.

Each process counts what it answers, and tells the database and hears of the others twice a second: no call waits for
it. So who calls several processes at once can spend a little more than is allowed, as much as half a second brings.
"""

from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import NamedTuple
from uuid import UUID

import structlog

from models.beside import beside, now_and_then
from models.clock import now
from models.database import fetch
from models.errors import RateLimited
from models.sliding_window import Spent, Window

LENGTH = timedelta(minutes=1)
TOLD_EVERY = 0.5
# Of callers who come no more, those seen last are remembered.
MOST_CALLERS = 20_000

log = structlog.get_logger(__name__)


class Budget(NamedTuple):
    """What is left to a caller after a call of this cost, and when it is whole again if nothing more is spent.

    That is `reset_in` seconds from the call, at least one.
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


@dataclass
class _Caller:
    """What one caller has spent, as far as this process knows, and how much of it nobody was told yet."""

    spent: Spent
    untold: int = 0


class Budgets:
    """The budgets of all callers, the same for each: so much in any minute."""

    def __init__(self, most: int) -> None:
        self._window = Window(most, LENGTH)
        self._callers: OrderedDict[UUID, _Caller] = OrderedDict()

    def has_room(self, whom: UUID, cost: int) -> bool:
        """Whether a caller may spend so much now."""
        period, passed = self._window.at(now().timestamp())
        spent = self._caller(whom, period).spent.seen_in(period)
        return self._window.left(spent, passed, cost) >= 0

    def spend(self, whom: UUID, cost: int) -> Budget:
        """Spend of a caller's budget. Raises RateLimited, with when to try again; then nothing was spent."""
        time, window = now().timestamp(), self._window
        period, passed = window.at(time)
        caller = self._caller(whom, period)
        spent = caller.spent.seen_in(period)
        left = window.left(spent, passed, cost)
        if left < 0:
            caller.spent = spent
            raise RateLimited(window.room_at(spent, cost))
        caller.spent = spent = Spent(period, spent.spent + cost, spent.before)
        caller.untold += cost
        whole = window.whole_at(spent)
        return Budget(cost, int(left), window.most, max(1, ceil(whole - time)), whole)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Tell the database, and hear of other processes, while the block runs."""
        async with beside(now_and_then(self.tell, lambda: TOLD_EVERY, log, "budgets.untold")):
            yield

    async def tell(self) -> None:
        """Tell what was spent here since the last time, and hear what was spent in all."""
        untold = {whom: caller.untold for whom, caller in self._callers.items() if caller.untold}
        if not untold:
            return
        rows = await fetch(
            """
            INSERT INTO allowances_spent AS kept (key, period, spent, spent_before, changed_at)
            SELECT key, $3, spent, 0, $4 FROM unnest($1::uuid[], $2::int[]) AS told (key, spent) ORDER BY key
            ON CONFLICT (key) DO UPDATE SET
                spent = CASE WHEN kept.period IN ($3, $3 + 1) THEN kept.spent ELSE 0 END + excluded.spent,
                spent_before = CASE WHEN kept.period IN ($3, $3 + 1) THEN kept.spent_before
                    WHEN kept.period = $3 - 1 THEN kept.spent ELSE 0 END,
                period = CASE WHEN kept.period = $3 + 1 THEN kept.period ELSE $3 END,
                changed_at = $4
            RETURNING key, period, spent, spent_before
            """,
            list(untold),
            list(untold.values()),
            self._window.at(now().timestamp()).period,
            now(),
        )
        for row in rows:
            if caller := self._callers.get(row["key"]):
                caller.untold -= untold[row["key"]]
                caller.spent = Spent(row["period"], row["spent"] + caller.untold, row["spent_before"])
        self._forget()

    def _caller(self, whom: UUID, period: int) -> _Caller:
        caller = self._callers.get(whom)
        if caller is None:
            caller = self._callers[whom] = _Caller(Spent(period))
        self._callers.move_to_end(whom)
        return caller

    def _forget(self) -> None:
        while len(self._callers) > MOST_CALLERS:
            whom, caller = self._callers.popitem(last=False)
            if caller.untold:
                self._callers[whom] = caller
                return
