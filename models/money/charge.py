"""The charge, from the prices of its lines to the amount: of carts, purchases, payments and invoices alike."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from models.money.promotion import AmountOff, PercentOff, discount_of, discount_shares
from models.money.proration import LinePrice
from models.money.rounding import ZERO, sum_of
from models.money.taxes import TaxAmount, TaxRate, taxes_on


@dataclass(frozen=True)
class Charge:
    """S = sum of gross - credit; N = S - D, which is the sum of the totals of the lines; amount = N + taxes."""

    lines: tuple[LinePrice, ...]
    subtotal: Decimal
    discount: Decimal
    taxes: tuple[TaxAmount, ...]

    @property
    def net(self) -> Decimal:
        """The lines after discount, before taxes."""
        return self.subtotal - self.discount

    @property
    def amount(self) -> Decimal:
        """The amount to pay; one of 0.00 is charged nowhere."""
        return self.net + sum_of(tax.amount for tax in self.taxes)

    def is_too_small(self, least: Decimal) -> bool:
        """Whether there is an amount to pay that is below what the payment provider charges at least."""
        return 0 < self.amount < least


def charge_of(
    lines: Sequence[LinePrice], rates: Iterable[TaxRate], reduction: PercentOff | AmountOff | None = None
) -> Charge:
    """The charge of lines, each with its share of the discount."""
    amounts = [line.gross - line.credit for line in lines]
    subtotal = sum_of(amounts)
    discount = discount_of(reduction, subtotal) if reduction else ZERO
    shares = discount_shares(discount, amounts)
    reduced = tuple(replace(line, discount=share) for line, share in zip(lines, shares, strict=True))
    return Charge(reduced, subtotal, discount, taxes_on(subtotal - discount, rates))
