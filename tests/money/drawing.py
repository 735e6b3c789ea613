"""Random prices, periods, lines and charges."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from models.money.charge import Charge, charge_of
from models.money.periods import Period, Term, first_period
from models.money.promotion import AmountOff, PercentOff
from models.money.proration import LinePrice, line_price
from models.money.taxes import TaxRate
from models.money.upgrade_credit import with_credit
from models.money.volume_prices import VolumePrice

steady = settings(derandomize=True, deadline=None)

DAYS = st.dates(date(2020, 1, 1), date(2099, 12, 31))
TERMS = st.sampled_from(Term)
PERIODS = st.builds(first_period, DAYS, TERMS)
SEATS = st.integers(1, 60)


def amounts(least: str = "0.00", most: str = "20000.00") -> SearchStrategy[Decimal]:
    """Amounts in cents; small ones are where rounding shows."""
    small = st.decimals(Decimal(least), Decimal("1.00"), places=2)
    return st.one_of(small, st.decimals(Decimal(least), Decimal(most), places=2))


@st.composite
def volume_prices(draw: DrawFn) -> list[VolumePrice]:
    """Prices by number of seats, not always lower for more seats."""
    ends = sorted(draw(st.sets(st.integers(1, 80), max_size=4)))
    return [VolumePrice(end, draw(amounts())) for end in [*ends, None]]


@st.composite
def days_of(draw: DrawFn, period: Period) -> date:
    return period.starts_on + timedelta(draw(st.integers(0, period.days - 1)))


@st.composite
def line_prices(draw: DrawFn) -> LinePrice:
    """A line of part of a period, sometimes with a credit."""
    period = draw(PERIODS)
    day = draw(days_of(period))
    line = line_price(
        draw(volume_prices()), owned=draw(st.integers(0, 60)), quantity=draw(SEATS), period=period, day=day
    )
    return with_credit(line, draw(amounts())) if draw(st.booleans()) else line


REDUCTIONS = st.one_of(
    st.none(),
    st.builds(PercentOff, st.decimals(0, 100, places=3)),
    st.builds(AmountOff, amounts()),
)
RATES = st.lists(st.builds(TaxRate, st.just("TAX"), st.decimals(0, 30, places=3)), max_size=3)


def charges(lines: SearchStrategy[LinePrice]) -> SearchStrategy[Charge]:
    return st.builds(charge_of, st.lists(lines, min_size=1, max_size=5), RATES, REDUCTIONS)
