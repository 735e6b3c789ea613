"""Periods tile the calendar and keep their anchor over short months and leap years."""

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.money.periods import Period, Term, first_period, next_day, next_period, period_until, prev_day
from tests.money.drawing import DAYS, PERIODS, TERMS, steady


@steady
@given(DAYS, TERMS, st.integers(1, 60))
def test_periods_follow_one_another_and_keep_the_anchor(day: date, term: Term, count: int) -> None:
    period = first_period(day, term)
    for _ in range(count):
        following = next_period(period, term, day.day)
        assert following.starts_on == period.ends_on
        assert period_until(following.ends_on, term, day.day) == following
        assert period_until(following.starts_on, term, day.day) == period
        assert following.days in ({365, 366} if term is Term.YEAR else {28, 29, 30, 31})
        assert following.starts_on.day == min(day.day, monthrange(*year_and_month(following.starts_on))[1])
        period = following


def year_and_month(day: date) -> tuple[int, int]:
    return day.year, day.month


@steady
@given(DAYS)
def test_twelve_months_are_a_year(day: date) -> None:
    end = day
    for _ in range(12):
        end = next_day(end, Term.MONTH, day.day)
    assert end == next_day(day, Term.YEAR, day.day)


@steady
@given(DAYS, st.lists(TERMS, max_size=20))
def test_a_change_of_term_keeps_the_anchor(day: date, terms: list[Term]) -> None:
    days = [day]
    for term in terms:
        days.append(next_day(days[-1], term, day.day))
    for term, before, after in zip(terms, days, days[1:], strict=False):
        assert prev_day(after, term, day.day) == before


@steady
@given(PERIODS)
def test_the_days_that_are_left_go_down_to_one(period: Period) -> None:
    days = [period.starts_on + timedelta(number) for number in range(period.days)]
    assert [period.days_from(day) for day in days] == list(range(period.days, 0, -1))
    for outside in (period.starts_on - timedelta(1), period.ends_on):
        with pytest.raises(ValueError, match="is no day of"):
            period.days_from(outside)
