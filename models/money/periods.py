"""Periods of seats, and the day on which the next one begins."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Term(StrEnum):
    """How long one purchased seat lasts."""

    MONTH = "MONTH"
    YEAR = "YEAR"


@dataclass(frozen=True)
class Period:
    """[starts_on, ends_on): from 00:00 UTC of the first day to 00:00 UTC of the day after the last."""

    starts_on: date
    ends_on: date

    @property
    def days(self) -> int:
        """The days of the whole period."""
        return (self.ends_on - self.starts_on).days

    def days_from(self, day: date) -> int:
        """The days that are left on a day of the period, that day included."""
        if not self.starts_on <= day < self.ends_on:
            raise ValueError(f"{day} is no day of {self}")
        return (self.ends_on - day).days


def first_period(day: date, term: Term) -> Period:
    """The period that a purchase starts where none runs; its anchor is `day.day`."""
    return Period(day, next_day(day, term, day.day))


def next_period(period: Period, term: Term, anchor: int) -> Period:
    """The period that a renewal starts, however late it is paid."""
    return Period(period.ends_on, next_day(period.ends_on, term, anchor))


def period_until(ends_on: date, term: Term, anchor: int) -> Period:
    """[prev(ends_on), ends_on): the first period of an upgrade's package, with end and anchor of the package left."""
    return Period(prev_day(ends_on, term, anchor), ends_on)


def next_day(day: date, term: Term, anchor: int) -> date:
    """Day min(anchor, last day of the month) of the next month, or of the same month of the next year.

    The anchor is the day of the month on which the first of the periods that follow one another began.
    """
    return _moved(day, _months(term), anchor)


def prev_day(day: date, term: Term, anchor: int) -> date:
    """The same one term back."""
    return _moved(day, -_months(term), anchor)


def _months(term: Term) -> int:
    return 12 if term is Term.YEAR else 1


def _moved(day: date, months: int, anchor: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(anchor, monthrange(year, month + 1)[1]))
