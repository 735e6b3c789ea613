"""The shipped example prices, the taxes of Quebec, and short ways to price a line or a charge."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from models.money.charge import Charge, charge_of
from models.money.periods import Period
from models.money.promotion import AmountOff, PercentOff
from models.money.proration import LinePrice, line_price
from models.money.taxes import TaxRate
from models.money.volume_prices import VolumePrice

QUEBEC = (TaxRate("GST", Decimal(5)), TaxRate("QST", Decimal("9.975")))


def flat(price: str) -> tuple[VolumePrice, ...]:
    """One price for any number of seats."""
    return (VolumePrice(None, Decimal(price)),)


ECO, ADVANCED, PRO = flat("60.00"), flat("149.00"), flat("249.00")
VOLUME = (
    VolumePrice(10, Decimal("249.00")),
    VolumePrice(50, Decimal("229.00")),
    VolumePrice(None, Decimal("199.00")),
)


def day(text: str) -> date:
    return date.fromisoformat(text)


def period(start: str, end: str) -> Period:
    return Period(day(start), day(end))


def line(prices: Sequence[VolumePrice], quantity: int, of: Period, on: str = "", *, owned: int = 0) -> LinePrice:
    """The line of a day of the period, or of all of it."""
    return line_price(prices, owned=owned, quantity=quantity, period=of, day=day(on) if on else of.starts_on)


def charge(lines: Sequence[LinePrice], reduction: PercentOff | AmountOff | None = None) -> Charge:
    """The charge with the taxes of Quebec."""
    return charge_of(lines, QUEBEC, reduction)


def net_line(net: str) -> LinePrice:
    """A line that costs so much."""
    return line(flat(net), 1, period("2027-01-01", "2028-01-01"))


def taxes(of: Charge) -> list[str]:
    return [str(tax.amount) for tax in of.taxes]


def shares(of: Charge) -> list[str]:
    return [str(each.discount) for each in of.lines]
