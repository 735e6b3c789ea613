"""The sliding window counter: the spending of a window, estimated from two numbers.

The spending of the previous period counts with the share of that period that the window still covers, as if it were
even.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import NamedTuple


class Moment(NamedTuple):
    """The number of a period since 1970, and the share of it that has passed."""

    period: int
    passed: float


class Spent(NamedTuple):
    """The spending of a period, and of the one before it."""

    period: int
    spent: int = 0
    before: int = 0

    def seen_in(self, period: int) -> "Spent":
        """The same for a later period. A period that another machine's clock has begun already counts as this one."""
        if self.period == period:
            return self
        if self.period == period + 1:
            return Spent(period, self.spent, self.before)
        return Spent(period, 0, self.spent if self.period == period - 1 else 0)

    def counting(self, passed: float) -> float:
        """The spending that counts when a share of the period has passed."""
        return self.spent + self.before * (1 - passed)


# The same in SQL: the spending of the row `kept` for the period of the row `excluded`, and the end of an INSERT that
# adds the two. A next period that another machine's clock has begun already stays.
SPENT = "CASE WHEN kept.period IN (excluded.period, excluded.period + 1) THEN kept.spent ELSE 0 END"
ADD_TO_SPENT = f"""
    ON CONFLICT (key) DO UPDATE SET
        spent = {SPENT} + excluded.spent,
        spent_before = CASE WHEN kept.period IN (excluded.period, excluded.period + 1) THEN kept.spent_before
            WHEN kept.period = excluded.period - 1 THEN kept.spent ELSE 0 END,
        period = CASE WHEN kept.period = excluded.period + 1 THEN kept.period ELSE excluded.period END,
        changed_at = excluded.changed_at
"""


@dataclass(frozen=True)
class SlidingWindow:
    """A window, and how much may be spent in it."""

    most: int
    length: timedelta

    def at(self, time: float) -> Moment:
        """The period of a time in seconds since 1970."""
        periods = time / self._seconds
        period = int(periods)
        return Moment(period, periods - period)

    def left(self, spent: Spent, passed: float, cost: int) -> float:
        """The rest after so much more, when a share of the period has passed; negative where it does not fit."""
        return self.most - spent.counting(passed) - cost

    def room_at(self, spent: Spent, cost: int) -> datetime:
        """The time at which so much more fits, if nothing else is spent meanwhile."""
        room = self.most - cost - spent.spent
        if room >= 0:
            return self._moment(spent.period, 1 - room / max(spent.before, 1))
        return self._moment(spent.period + 1, 1 - max(self.most - cost, 0) / max(spent.spent, 1))

    def whole_at(self, spent: Spent) -> float:
        """The time at which none of it counts any more, in seconds since 1970."""
        return (spent.period + (2 if spent.spent else 1 if spent.before else 0)) * self._seconds

    @cached_property
    def _seconds(self) -> float:
        return self.length.total_seconds()

    def _moment(self, period: int, share: float) -> datetime:
        return datetime.fromtimestamp((period + max(share, 0)) * self._seconds, tz=UTC)
