"""The parts of a charge that a refund of some seats of a line pays back."""

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from models.money.charge import Charge
from models.money.proration import LinePrice
from models.money.rounding import ZERO, rounded, sum_of
from models.money.taxes import TaxAmount


@dataclass(frozen=True)
class Refund:
    """A part of a line's total, and the parts of the taxes that go with it."""

    net: Decimal
    taxes: tuple[TaxAmount, ...]

    @property
    def amount(self) -> Decimal:
        """The amount to pay back."""
        return self.net + sum_of(tax.amount for tax in self.taxes)


def refund_of(charge: Charge, line: LinePrice, seats: int, *, credited_seats: int, credited_net: Decimal) -> Refund:
    """The refund of so many more seats of a line of the charge, so that refunds add up to what was paid.

    Earlier credit notes paid back `credited_seats` of the line, and `credited_net` of all lines, without taxes.
    """
    if not 0 < seats <= line.quantity - credited_seats:
        raise ValueError(f"{seats} of {line.quantity} seats, {credited_seats} being credited")
    net = _part(line.total, credited_seats, credited_seats + seats, line.quantity)
    taxes = (
        replace(tax, amount=_part(tax.amount, credited_net, credited_net + net, charge.net)) for tax in charge.taxes
    )
    return Refund(net, tuple(taxes))


def _part(amount: Decimal, start: Decimal | int, end: Decimal | int, whole: Decimal | int) -> Decimal:
    """R(amount x end / whole) - R(amount x start / whole)."""
    if not whole:
        return ZERO
    each = Fraction(amount) / Fraction(whole)
    return rounded(each * Fraction(end)) - rounded(each * Fraction(start))
