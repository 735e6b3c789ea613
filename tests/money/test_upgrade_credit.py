"""The credit of an upgrade is never more than was paid and is not paid back."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.money.charge import Charge
from models.money.proration import LinePrice
from models.money.refund_parts import refund_of
from models.money.rounding import rounded, sum_of
from models.money.upgrade_credit import PaidLine, unused_value, with_credit
from tests.money.drawing import amounts, charges, line_prices, steady


@steady
@given(line_prices(), amounts())
def test_credit_and_what_is_forfeited_are_the_value(line: LinePrice, value: Decimal) -> None:
    found = with_credit(line, value)
    assert found.credit + found.forfeited == value
    assert 0 <= found.credit <= found.gross
    assert found.forfeited == 0 or found.credit == found.gross


@steady
@given(st.data(), st.lists(st.builds(PaidLine, st.integers(1, 60), st.integers(1, 366), amounts()), max_size=5))
def test_the_credit_is_rounded_once_over_all_lines(data: st.DataObject, lines: list[PaidLine]) -> None:
    left = data.draw(st.integers(0, min([line.days for line in lines], default=0)))
    taken = [(line, data.draw(st.integers(0, line.quantity))) for line in lines]
    exact = sum(
        (Fraction(line.paid) * seats * left / (line.quantity * line.days) for line, seats in taken), Fraction()
    )
    assert unused_value(taken, left) == rounded(exact)
    assert 0 <= unused_value(taken, left) <= sum_of(line.paid for line in lines)


def test_halves_of_a_cent_are_exact() -> None:
    # 4.015 in all; quotients in Decimal would add up to less, by the last of their 28 digits.
    line = PaidLine(3, 30, Decimal("8.03"))
    assert unused_value([(line, 1)] * 3, days_left=15) == Decimal("4.02")


@steady
@given(st.data(), charges(line_prices().map(lambda line: replace(line, credit=Decimal(0), forfeited=Decimal(0)))))
def test_money_that_was_paid_back_is_not_credited(data: st.DataObject, charge: Charge) -> None:
    line = charge.lines[0]
    credited, live, paid_back, kept = 0, line.quantity, Decimal(), Decimal()
    while credited < line.quantity and data.draw(st.booleans()):
        keeps = data.draw(st.booleans())
        seats = data.draw(st.integers(1, line.quantity - credited))
        seats = seats if keeps else min(seats, live)
        if not seats:
            break
        found = refund_of(charge, line, seats, credited_seats=credited, credited_net=paid_back)
        credited += seats
        paid_back += found.net
        kept += found.net if keeps else 0
        live -= 0 if keeps else seats
    paid = PaidLine(line.quantity, line.days, line.gross - line.discount, paid_back, kept)
    assert 0 <= unused_value([(paid, live)], line.days) <= line.total - paid_back


def test_the_seats_that_are_left_keep_their_value_when_others_are_refunded() -> None:
    line = PaidLine(4, 365, Decimal("100.00"), paid_back=Decimal("25.00"))
    assert unused_value([(line, 3)], 365) == Decimal("75.00")


@pytest.mark.parametrize(
    ("back", "kept", "value"), [("0", "0", "50.00"), ("50", "50", "25.00"), ("100", "50", "0.00")]
)
def test_a_seat_that_stays_without_its_money_has_no_value(back: str, kept: str, value: str) -> None:
    line = PaidLine(2, 365, Decimal("100.00"), Decimal(back), Decimal(kept))
    assert str(unused_value([(line, 1)], 365)) == value
