"""The credit of an upgrade: the unused value of the seats given in exchange."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from models.money.proration import LinePrice
from models.money.rounding import ZERO, rounded


@dataclass(frozen=True)
class PaidLine:
    """The purchase line that seats came with.

    `paid` is its gross - discount. `paid_back` is the sum of its credit notes, and `paid_back_for_kept_seats` that of
    those after which the seats stayed.
    """

    quantity: int
    days: int
    paid: Decimal
    paid_back: Decimal = ZERO
    paid_back_for_kept_seats: Decimal = ZERO

    def unused(self, seats: int, days_left: int) -> Fraction:
        """V x seats x days left / (quantity x days), V being paid - paid back for kept seats.

        It is at most the rest that is not paid back.
        """
        value = Fraction(self.paid - self.paid_back_for_kept_seats)
        return min(value * seats * days_left / (self.quantity * self.days), Fraction(self.paid - self.paid_back))


def unused_value(seats: Iterable[tuple[PaidLine, int]], days_left: int) -> Decimal:
    """R(sum of the unused values), for so many seats of each line and the days left in their period."""
    return rounded(sum((line.unused(count, days_left) for line, count in seats), Fraction()))


def with_credit(line: LinePrice, value: Decimal) -> LinePrice:
    """The line with credit = min(value, gross); the rest of the value is forfeited."""
    credit = min(value, line.gross)
    return replace(line, credit=credit, forfeited=value - credit)
