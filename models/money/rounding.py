"""Rounding to cents, once."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from math import floor

ZERO = Decimal("0.00")


def rounded(amount: Fraction | Decimal) -> Decimal:
    """R: an amount of 0 or more, half up to 0.01.

    A Fraction is exact, so that a quotient is rounded here and nowhere before.
    """
    return Decimal(floor(Fraction(amount) * 100 + Fraction(1, 2))).scaleb(-2)


def sum_of(amounts: Iterable[Decimal]) -> Decimal:
    """The sum of amounts, 0.00 of none."""
    return sum(amounts, ZERO)
