"""Sums add up for every input, nothing is negative, and nothing is rounded twice."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from models.money.charge import Charge, charge_of
from models.money.periods import Period, Term, first_period
from models.money.promotion import AmountOff, PercentOff, discount_of, discount_shares
from models.money.proration import LinePrice, line_price
from models.money.refund_parts import refund_of
from models.money.rounding import rounded, sum_of
from models.money.taxes import TaxRate, rates_for
from models.money.volume_prices import VolumePrice, price_parts, whole_term
from tests.money.drawing import (
    PERIODS,
    RATES,
    REDUCTIONS,
    SEATS,
    amounts,
    charges,
    days_of,
    line_prices,
    steady,
    volume_prices,
)
from tests.money.prices import PRO

HALF = Fraction(1, 200)
POSITIVE = st.fractions(0, 10**6)
LINES = line_prices()


@steady
@given(POSITIVE)
def test_rounding_is_half_up_and_done_once(amount: Fraction) -> None:
    found = rounded(amount)
    assert -HALF <= amount - Fraction(found) < HALF
    assert found.as_tuple().exponent == -2
    assert rounded(found) == found


@steady
@given(POSITIVE, POSITIVE)
def test_rounding_keeps_the_order(one: Fraction, other: Fraction) -> None:
    assert (rounded(one) <= rounded(other)) or one > other


def test_quotients_are_exact_until_they_are_rounded() -> None:
    assert rounded(HALF) == Decimal("0.01")
    assert rounded(HALF - Fraction(1, 10**40)) == 0
    assert rounded(HALF / 3 + HALF / 3 + HALF / 3) == Decimal("0.01")


@steady
@given(st.lists(amounts(), max_size=8), REDUCTIONS)
def test_shares_add_up_to_the_discount_and_none_exceeds_its_line(lines: list[Decimal], reduction) -> None:
    subtotal = sum_of(lines)
    discount = discount_of(reduction, subtotal) if reduction else Decimal("0.00")
    shares = list(discount_shares(discount, lines))
    assert 0 <= discount <= subtotal
    assert sum_of(shares) == discount
    assert [share for share, line in zip(shares, lines, strict=True) if not 0 <= share <= line] == []


def test_a_discount_is_the_subtotal_at_most() -> None:
    for reduction in (PercentOff(Decimal(150)), AmountOff(Decimal("10.01"))):
        assert discount_of(reduction, Decimal("10.00")) == Decimal("10.00")


@steady
@given(volume_prices(), st.integers(0, 100), SEATS)
def test_parts_are_the_seats_at_the_price_of_their_place(prices: list[VolumePrice], owned: int, count: int) -> None:
    parts = price_parts(prices, owned, count)
    places = [place(prices, seat) for seat in range(owned + 1, owned + count + 1)]
    assert [part.unit_price for part in parts for _ in range(part.quantity)] == places
    assert whole_term(price_parts(prices, 0, owned + count)) == whole_term(
        price_parts(prices, 0, owned)
    ) + whole_term(parts)


def test_every_seat_needs_a_price() -> None:
    with pytest.raises(ValueError, match="no price for seat 11"):
        price_parts([VolumePrice(10, Decimal("249.00"))], 8, 5)


def place(prices: list[VolumePrice], seat: int) -> Decimal:
    """The price of the seat of a number."""
    return next(price.unit_price for price in prices if price.up_to is None or seat <= price.up_to)


@steady
@given(volume_prices(), st.integers(0, 60), SEATS, PERIODS)
def test_a_whole_period_costs_the_whole_price(
    prices: list[VolumePrice], owned: int, count: int, period: Period
) -> None:
    line = line_price(prices, owned=owned, quantity=count, period=period, day=period.starts_on)
    assert (line.days, line.gross) == (period.days, whole_term(price_parts(prices, owned, count)))


@steady
@given(st.data(), volume_prices(), PERIODS)
def test_fewer_days_never_cost_more(data: st.DataObject, prices: list[VolumePrice], period: Period) -> None:
    earlier, later = sorted([data.draw(days_of(period)), data.draw(days_of(period))])
    costs = [line_price(prices, owned=0, quantity=7, period=period, day=day).gross for day in (earlier, later)]
    assert costs[0] >= costs[1] >= 0


@steady
@given(charges(LINES))
def test_a_charge_is_its_lines_and_its_taxes(charge: Charge) -> None:
    assert charge.net == sum_of(line.total for line in charge.lines)
    assert charge.discount == sum_of(line.discount for line in charge.lines)
    assert charge.subtotal == sum_of(line.gross - line.credit for line in charge.lines)
    assert charge.amount == charge.net + sum_of(tax.amount for tax in charge.taxes)
    assert [tax.amount for tax in charge.taxes] == [
        rounded(Fraction(charge.net) * Fraction(tax.rate) / 100) for tax in charge.taxes
    ]


@steady
@given(charges(LINES))
def test_nothing_of_a_charge_is_negative_or_finer_than_a_cent(charge: Charge) -> None:
    found = [charge.subtotal, charge.discount, charge.net, charge.amount, *(tax.amount for tax in charge.taxes)]
    for line in charge.lines:
        found += [line.gross, line.credit, line.forfeited, line.discount, line.total]
    assert [amount for amount in found if amount < 0 or amount != rounded(amount)] == []


@steady
@given(st.lists(LINES, min_size=1, max_size=5), RATES, REDUCTIONS)
def test_the_charge_of_frozen_lines_is_the_charge_that_was_shown(lines: list[LinePrice], rates, reduction) -> None:
    shown = charge_of(lines, rates, reduction)
    assert charge_of(list(shown.lines), rates, reduction) == shown


@steady
@given(st.data(), charges(LINES))
def test_refunds_in_any_order_and_grouping_add_up(data: st.DataObject, charge: Charge) -> None:
    left = [line.quantity for line in charge.lines]
    net, taxes = [Decimal()] * len(left), [Decimal()] * len(charge.taxes)
    while any(left):
        number = data.draw(st.sampled_from([number for number, seats in enumerate(left) if seats]))
        seats = data.draw(st.integers(1, left[number]))
        line = charge.lines[number]
        found = refund_of(charge, line, seats, credited_seats=line.quantity - left[number], credited_net=sum_of(net))
        assert min(found.net, found.amount, *(tax.amount for tax in found.taxes), Decimal()) == 0
        assert found.amount == found.net + sum_of(tax.amount for tax in found.taxes)
        left[number] -= seats
        net[number] += found.net
        taxes = [paid + tax.amount for paid, tax in zip(taxes, found.taxes, strict=True)]
    assert net == [line.total for line in charge.lines]
    assert sum_of(net) + sum_of(taxes) == charge.amount
    assert taxes == [tax.amount for tax in charge.taxes]


@pytest.mark.parametrize(("seats", "credited"), [(0, 0), (2, 2), (4, 0)])
def test_seats_are_refunded_once(seats: int, credited: int) -> None:
    period = first_period(date(2027, 1, 1), Term.YEAR)
    line = line_price(PRO, owned=0, quantity=3, period=period, day=period.starts_on)
    with pytest.raises(ValueError, match=f"{seats} of 3 seats, {credited} being credited"):
        refund_of(charge_of([line], []), line, seats, credited_seats=credited, credited_net=Decimal(0))


@steady
@given(amounts(), amounts("0.01"))
def test_only_an_amount_above_zero_can_be_too_small(amount: Decimal, least: Decimal) -> None:
    charge = Charge((), amount, Decimal(0), ())
    assume(amount >= least or amount == 0)
    assert not charge.is_too_small(least)


def test_rates_are_those_of_the_region_else_of_the_country_else_none() -> None:
    gst, qst = TaxRate("GST", Decimal(5)), TaxRate("QST", Decimal("9.975"))
    taxes = {("CA", "QC"): (gst, qst), ("CA", None): (gst,), ("US", "OR"): ()}
    assert rates_for(taxes, "CA", "QC") == (gst, qst)
    assert rates_for(taxes, "CA", "YT") == rates_for(taxes, "CA", None) == (gst,)
    assert rates_for(taxes, "US", "OR") == rates_for(taxes, "FR", None) == ()
