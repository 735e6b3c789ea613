"""The discount of a promotion, and the share of each line."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from models.money.rounding import ZERO, rounded, sum_of


@dataclass(frozen=True)
class PercentOff:
    """Percent of the subtotal."""

    percent: Decimal


@dataclass(frozen=True)
class AmountOff:
    """An amount, at most the subtotal."""

    amount: Decimal


def discount_of(reduction: PercentOff | AmountOff, subtotal: Decimal) -> Decimal:
    """D = min(S, R(S x percent / 100)) or min(S, amount off)."""
    if isinstance(reduction, AmountOff):
        return min(subtotal, reduction.amount)
    return min(subtotal, rounded(Fraction(subtotal) * Fraction(reduction.percent) / 100))


def discount_shares(discount: Decimal, lines: Iterable[Decimal]) -> Iterator[Decimal]:
    """R(D x C_i / S) - R(D x C_(i-1) / S), C_i being the sum of the lines up to the i-th, and S that of all.

    The shares add up to D. None exceeds its line, where D does not exceed S.
    """
    amounts = list(lines)
    subtotal = sum_of(amounts)
    running = given = ZERO
    for amount in amounts:
        running += amount
        so_far = rounded(Fraction(discount) * Fraction(running) / Fraction(subtotal)) if subtotal else given
        yield so_far - given
        given = so_far
