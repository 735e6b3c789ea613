"""The days on which a renewal is announced and tried."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.money.dunning import (
    attempt_days,
    can_be_repeated,
    grace_end,
    next_attempt,
    reminder_days,
    reminder_to_send,
)
from models.money.periods import Term
from tests.money.drawing import DAYS, TERMS, steady

DUE = date(2027, 11, 22)
REMINDERS = reminder_days(DUE, Term.YEAR)


@steady
@given(DAYS, TERMS)
def test_each_attempt_follows_the_one_before_until_grace_ends(first: date, term: Term) -> None:
    days = [first]
    for _ in range(len(attempt_days(first, term)) - 1):
        following = next_attempt(first, term, days[-1])
        assert following is not None
        days.append(following)
    assert next_attempt(first, term, days[-1]) is None
    assert days == attempt_days(first, term) == sorted(set(days))
    assert all(first <= day < grace_end(first, term) for day in days)


@steady
@given(DAYS, TERMS, st.booleans(), st.sets(st.integers(-40, 10)))
def test_a_renewal_is_announced_at_most_once_for_each_day(due: date, term: Term, trial: bool, runs: set[int]) -> None:
    """The jobs run on some days alone."""
    reminders, sent = reminder_days(due, term, trial=trial), []
    for today in sorted(due + timedelta(run) for run in runs):
        last = sent[-1] if sent else None
        found = reminder_to_send(reminders, due, sent=last, today=today)
        if found is not None:
            assert found == max(day for day in reminders if day <= today)
            sent.append(today)
    assert len(sent) <= len(reminders)
    assert sum(day >= due for day in sent) <= 1
    assert sent or all(due + timedelta(run) < reminders[0] for run in runs)


@pytest.mark.parametrize(
    ("sent", "today", "expected"),
    [
        (None, "2027-10-22", None),
        (None, "2027-10-23", "2027-10-23"),
        ("2027-10-23", "2027-11-14", None),
        ("2027-10-23", "2027-11-21", "2027-11-21"),
        ("2027-11-16", "2027-11-20", None),
        # Once it is due it is charged, if it was announced at all.
        ("2027-10-23", "2027-11-22", None),
        (None, "2027-11-25", "2027-11-21"),
    ],
)
def test_of_missed_reminders_the_newest_is_sent(sent: str | None, today: str, expected: str | None) -> None:
    last = date.fromisoformat(sent) if sent else None
    found = reminder_to_send(REMINDERS, DUE, sent=last, today=date.fromisoformat(today))
    assert found == (date.fromisoformat(expected) if expected else None)


def test_days_count_from_an_attempt_that_came_late() -> None:
    first = DUE + timedelta(20)
    assert attempt_days(first, Term.YEAR)[0] == first
    assert grace_end(first, Term.YEAR) == first + timedelta(14)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("lost_card", False),
        ("stolen_card", False),
        ("pickup_card", False),
        ("incorrect_number", False),
        ("expired_card", False),
        ("revocation_of_authorization", False),
        ("revocation_of_all_authorizations", False),
        ("authentication_required", False),
        ("transaction_not_allowed", False),
        ("insufficient_funds", True),
        ("generic_decline", True),
        (None, True),
    ],
)
def test_a_card_is_not_tried_again_after_a_decline_that_no_repetition_mends(code: str | None, expected: bool) -> None:
    assert can_be_repeated(code) is expected
