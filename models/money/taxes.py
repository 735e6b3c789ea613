"""Taxes on what is charged: the rates of a place, and their amounts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from models.money.rounding import rounded


@dataclass(frozen=True)
class TaxRate:
    """A tax, and its rate in percent."""

    name: str
    rate: Decimal


@dataclass(frozen=True)
class TaxAmount:
    """A tax of a charge."""

    name: str
    rate: Decimal
    amount: Decimal


# By country and region; a region of None is the country as a whole.
Taxes = Mapping[tuple[str, str | None], tuple[TaxRate, ...]]


def rates_for(taxes: Taxes, country: str, region: str | None) -> tuple[TaxRate, ...]:
    """The rates of the country and region, else of the country, else none."""
    return taxes.get((country, region), taxes.get((country, None), ()))


def taxes_on(net: Decimal, rates: Iterable[TaxRate]) -> tuple[TaxAmount, ...]:
    """R(net x rate / 100) of each: on the whole and not line by line, and no tax on another."""
    return tuple(TaxAmount(tax.name, tax.rate, rounded(Fraction(net) * Fraction(tax.rate) / 100)) for tax in rates)
