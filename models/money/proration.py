"""The price of a line: its seats for the days that are left of the period."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from models.money.periods import Period
from models.money.rounding import ZERO, rounded
from models.money.volume_prices import PricePart, VolumePrice, price_parts, whole_term


@dataclass(frozen=True)
class LinePrice:
    """The steps to the total of a line. Without parts it is a trial's."""

    period: Period
    days: int
    parts: tuple[PricePart, ...] = ()
    gross: Decimal = ZERO
    credit: Decimal = ZERO
    forfeited: Decimal = ZERO
    discount: Decimal = ZERO

    @property
    def quantity(self) -> int:
        """The seats that are paid for."""
        return sum(part.quantity for part in self.parts)

    @property
    def total(self) -> Decimal:
        """Gross - credit - discount."""
        return self.gross - self.credit - self.discount


def line_price(prices: Iterable[VolumePrice], *, owned: int, quantity: int, period: Period, day: date) -> LinePrice:
    """Gross = R((T(owned + quantity) - T(owned)) x days / days of the period), `day` being the first day paid for.

    Of a renewal `owned` is 0, and `day` the first of the period.
    """
    days = period.days_from(day)
    parts = price_parts(prices, owned, quantity)
    return LinePrice(period, days, parts, prorated(whole_term(parts), days, period))


def prorated(price: Decimal, days: int, period: Period) -> Decimal:
    """R(price x days / days of the period)."""
    return rounded(Fraction(price) * days / period.days)
