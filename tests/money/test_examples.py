"""The worked examples, with their figures to the cent."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from models.money.dunning import attempt_days, grace_end, next_attempt, reminder_days
from models.money.lapse import AssignedSeat, Lot, lapsing, seats_given_up
from models.money.periods import Period, Term, first_period, next_day, next_period, period_until, prev_day
from models.money.promotion import AmountOff, PercentOff
from models.money.refund_parts import refund_of
from models.money.upgrade_credit import PaidLine, unused_value, with_credit
from models.money.volume_prices import PricePart
from tests.money.prices import (
    ECO,
    PRO,
    VOLUME,
    charge,
    day,
    flat,
    line,
    net_line,
    period,
    shares,
    taxes,
)

# The year of most examples.
YEAR = period("2026-11-22", "2027-11-22")
LEAP = period("2028-01-15", "2029-01-15")


def ends(start: str, term: Term, anchor: int, count: int) -> tuple[list[str], list[int]]:
    """The ends of so many periods that follow one another, and their days."""
    running = Period(day(start), next_day(day(start), term, anchor))
    found = [running]
    while len(found) < count:
        running = next_period(running, term, anchor)
        found.append(running)
    return [str(each.ends_on) for each in found], [each.days for each in found]


def test_e1_months_keep_their_anchor() -> None:
    assert ends("2027-01-31", Term.MONTH, 31, 3) == (["2027-02-28", "2027-03-31", "2027-04-30"], [28, 31, 30])
    assert ends("2028-01-31", Term.MONTH, 31, 2) == (["2028-02-29", "2028-03-31"], [29, 31])


def test_e2_years_keep_their_anchor() -> None:
    days = ["2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"]
    assert ends("2028-02-29", Term.YEAR, 29, 4) == (days, [365, 365, 365, 366])


def test_e3_seats_from_before_periods_get_one_that_begins_with_the_migration() -> None:
    assert first_period(day("2026-11-23"), Term.YEAR) == period("2026-11-23", "2027-11-23")
    assert line(PRO, 4 + 2, period("2027-11-23", "2028-11-23")).quantity == 6


def test_e4_a_leap_year_has_366_days() -> None:
    before, after = line(PRO, 3, LEAP, "2028-02-29"), line(PRO, 3, LEAP, "2028-03-01")
    assert (before.days, before.period.days, str(before.gross)) == (321, 366, "655.16")
    assert (after.days, after.period.days, str(after.gross)) == (320, 366, "653.11")


def test_e5_months_have_the_days_that_they_have() -> None:
    monthly = flat("20.00")
    february, leap = period("2027-01-31", "2027-02-28"), period("2028-01-31", "2028-02-29")
    assert str(line(monthly, 2, february, "2027-02-14").gross) == "20.00"
    assert str(line(monthly, 2, february, "2027-02-27").gross) == "1.43"
    assert str(line(monthly, 1, leap, "2028-02-28").gross) == "0.69"


def test_e6_seats_bought_later_pay_the_days_that_are_left() -> None:
    first = line(PRO, 3, YEAR, "2027-01-10", owned=10)
    second = line(PRO, 2, YEAR, "2027-06-30", owned=13)
    assert (first.days, str(first.gross)) == (316, "646.72")
    assert (second.days, str(second.gross)) == (145, "197.84")
    assert first.period.ends_on == second.period.ends_on == day("2027-11-22")


def test_e7_each_seat_costs_the_price_of_its_place() -> None:
    added = line(VOLUME, 5, YEAR, "2027-03-01", owned=8)
    assert added.parts == (PricePart(2, Decimal("249.00")), PricePart(3, Decimal("229.00")))
    assert (added.days, str(added.gross)) == (266, "863.59")
    assert str(line(VOLUME, 5, YEAR, owned=8).gross) == "1185.00"
    following = next_period(YEAR, Term.YEAR, 22)
    assert str(line(VOLUME, 13, following).gross) == "3177.00"
    assert str(line(PRO, 13, following).gross) == "3237.00"


def test_e8_a_discount_is_shared_and_taxes_lie_on_the_rest() -> None:
    lines = [line(ECO, 3, LEAP), line(PRO, 3, LEAP, "2028-02-29")]
    found = charge(lines, PercentOff(Decimal(15)))
    assert (str(found.subtotal), str(found.discount), str(found.net)) == ("835.16", "125.27", "709.89")
    assert (shares(found), taxes(found), str(found.amount)) == (["27.00", "98.27"], ["35.49", "70.81"], "816.19")
    cents = charge([net_line("0.01")] * 3, PercentOff(Decimal(50)))
    assert (str(cents.discount), shares(cents)) == ("0.02", ["0.01", "0.00", "0.01"])


def test_e9_an_amount_off_takes_the_subtotal_at_most() -> None:
    lines = [net_line("646.72"), net_line("180.00")]
    found = charge(lines, AmountOff(Decimal("50.00")))
    assert (shares(found), str(found.net), taxes(found)) == (["39.11", "10.89"], "776.72", ["38.84", "77.48"])
    assert str(found.amount) == "893.04"
    free = charge(lines, AmountOff(Decimal("1000.00")))
    assert (str(free.discount), str(free.amount)) == ("826.72", "0.00")


@pytest.mark.parametrize(
    ("lines", "expected", "amount"),
    [
        (["100.00"], ["5.00", "9.98"], "114.98"),
        (["0.10"], ["0.01", "0.01"], "0.12"),
        (["2490.00"], ["124.50", "248.38"], "2862.88"),
        # Line by line QST would be 5.97.
        (["19.90"] * 3, ["2.99", "5.96"], "68.65"),
    ],
)
def test_e10_each_tax_is_rounded_once_on_the_whole(lines: list[str], expected: list[str], amount: str) -> None:
    found = charge([net_line(net) for net in lines])
    assert (taxes(found), str(found.amount)) == (expected, amount)


def test_e11_the_last_day_of_one_seat_may_be_too_small_to_charge() -> None:
    one, three = (charge([line(ECO, seats, YEAR, "2027-11-21")]) for seats in (1, 3))
    assert (str(one.net), str(one.amount), one.is_too_small(Decimal("0.50"))) == ("0.16", "0.19", True)
    assert (str(three.net), str(three.amount), three.is_too_small(Decimal("0.50"))) == ("0.49", "0.56", False)


def test_e12_free_seats_go_first_then_the_licenses_assigned_last() -> None:
    morning = datetime(2027, 1, 1, tzinfo=UTC)
    licenses = [AssignedSeat(UUID(int=number), morning + timedelta(number)) for number in range(10)]
    assert lapsing(licenses, purchased=12, seats=12 - 8) == [licenses[9], licenses[8]]
    assert lapsing(licenses[:8], purchased=8, seats=8) == licenses[7::-1]


def test_e12_a_renewal_is_announced_charged_and_tried_again() -> None:
    due = YEAR.ends_on
    following = next_period(YEAR, Term.YEAR, 22)
    renewal = charge([line(PRO, 8, following)])
    assert (str(renewal.net), taxes(renewal), str(renewal.amount)) == ("1992.00", ["99.60", "198.70"], "2290.30")
    assert texts(reminder_days(due, Term.YEAR)) == ["2027-10-23", "2027-11-15", "2027-11-21"]
    tries = ["2027-11-22", "2027-11-23", "2027-11-25", "2027-11-29", "2027-12-05"]
    assert texts(attempt_days(due, Term.YEAR)) == tries
    assert (grace_end(due, Term.YEAR), next_attempt(due, Term.YEAR, day("2027-12-05"))) == (day("2027-12-06"), None)
    assert (following, following.days) == (period("2027-11-22", "2028-11-22"), 366)


def test_e12_a_month_has_seven_days_of_grace() -> None:
    due = day("2027-07-15")
    assert texts(attempt_days(due, Term.MONTH)) == ["2027-07-15", "2027-07-16", "2027-07-18"]
    assert grace_end(due, Term.MONTH) == day("2027-07-22")


def test_e13_a_renewal_costs_the_prices_of_its_announcement() -> None:
    following = next_period(YEAR, Term.YEAR, 22)
    assert reminder_days(YEAR.ends_on, Term.YEAR)[0] == day("2027-10-23")
    announced = charge([line(PRO, 15, following)])
    assert (str(announced.net), taxes(announced), str(announced.amount)) == (
        "3735.00",
        ["186.75", "372.57"],
        "4294.32",
    )
    assert str(charge([line(flat("259.00"), 15, following)]).net) == "3885.00"


# The lots of ADVANCED of the upgrades below, and the lines that they came with.
OLDER = (Lot(UUID(int=1), datetime(2026, 11, 22, tzinfo=UTC), 10), PaidLine(10, 365, Decimal("1490.00")))
NEWER = (Lot(UUID(int=2), datetime(2027, 1, 10, tzinfo=UTC), 3), PaidLine(3, 316, Decimal("386.99")))


def unused(holders: int) -> Decimal:
    lines = {lot.id: paid for lot, paid in (OLDER, NEWER)}
    taken = seats_given_up([OLDER[0], NEWER[0]], holders)
    return unused_value([(lines[lot.id], seats) for lot, seats in taken], days_left=145)


def upgraded(holders: int, to: Period) -> tuple[str, ...]:
    """Gross, credit, forfeited, total and amount of an upgrade to PRO on 2027-06-30."""
    found = with_credit(line(PRO, holders, to, "2027-06-30"), unused(holders))
    amount = charge([found]).amount
    return tuple(str(each) for each in (found.gross, found.credit, found.forfeited, found.total, amount))


def test_e14_an_upgrade_is_credited_the_unused_value_of_the_newest_seats() -> None:
    assert upgraded(2, YEAR) == ("197.84", "118.38", "0.00", "79.46", "91.36")
    assert upgraded(4, YEAR) == ("395.67", "236.77", "0.00", "158.90", "182.70")


def test_e15_the_price_depends_on_the_period_of_the_higher_package() -> None:
    assert upgraded(2, period("2027-03-01", "2028-03-01")) == ("333.36", "118.38", "0.00", "214.98", "247.17")


def test_e16_value_beyond_the_price_is_forfeited() -> None:
    assert upgraded(2, period("2026-09-01", "2027-09-01")) == ("85.96", "85.96", "32.42", "0.00", "0.00")


def test_e17_the_first_period_of_the_higher_package_ends_with_the_lower_ones() -> None:
    left = period("2027-06-15", "2027-07-15")
    first = period_until(left.ends_on, Term.YEAR, left.starts_on.day)
    assert (first, prev_day(left.ends_on, Term.MONTH, 15)) == (period("2026-07-15", "2027-07-15"), left.starts_on)
    value = unused_value([(PaidLine(1, 30, Decimal("15.00")), 1)], left.days_from(day("2027-06-30")))
    found = with_credit(line(PRO, 1, first, "2027-06-30"), value)
    assert (str(found.gross), str(found.credit), str(found.total)) == ("10.23", "7.50", "2.73")
    assert str(charge([found]).amount) == "3.14"


def test_e18_a_trial_that_is_bought_gets_a_period_of_its_own() -> None:
    started = day("2027-01-15")
    due = started + timedelta(30)
    assert due == day("2027-02-14")
    assert texts(reminder_days(due, Term.YEAR, trial=True)) == ["2027-02-07", "2027-02-13"]
    bought = first_period(day("2027-01-31"), Term.YEAR)
    assert bought == period("2027-01-31", "2028-01-31")
    # The period after it keeps the anchor of the purchase, not that of the trial.
    assert next_period(bought, Term.YEAR, bought.starts_on.day).ends_on == day("2029-01-31")
    found = charge([line(PRO, 5, bought)])
    assert (str(found.net), str(found.amount)) == ("1245.00", "1431.44")


def test_e19_refunds_add_up_to_what_was_paid() -> None:
    paid = charge([line(PRO, 3, LEAP, "2028-02-29")])
    assert (str(paid.net), taxes(paid), str(paid.amount)) == ("655.16", ["32.76", "65.35"], "753.27")
    refunds, credited = [], Decimal("0.00")
    for seat in range(3):
        found = refund_of(paid, paid.lines[0], 1, credited_seats=seat, credited_net=credited)
        credited += found.net
        refunds.append([str(found.net), *(str(tax.amount) for tax in found.taxes), str(found.amount)])
    assert refunds == [
        ["218.39", "10.92", "21.78", "251.09"],
        ["218.38", "10.92", "21.79", "251.09"],
        ["218.39", "10.92", "21.78", "251.09"],
    ]
    rest = refund_of(paid, paid.lines[0], 2, credited_seats=1, credited_net=Decimal("218.39"))
    assert (str(rest.net), [str(tax.amount) for tax in rest.taxes]) == ("436.77", ["21.84", "43.57"])
    assert str(rest.amount) == "502.18"


def texts(days: list[date]) -> list[str]:
    return [str(each) for each in days]
