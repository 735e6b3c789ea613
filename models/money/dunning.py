"""The days of a renewal: reminders before it is due, attempts to charge the card, the end of grace."""

from datetime import date, timedelta

from models.money.periods import Term

_GRACE_DAYS = {Term.YEAR: 14, Term.MONTH: 7}
_ATTEMPT_DAYS = (0, 1, 3, 7, 13)
_REMINDER_DAYS = {Term.YEAR: (30, 7, 1), Term.MONTH: (7, 1)}

# Decline codes after which the same card is not tried again by itself.
_FINAL_DECLINES = {
    "authentication_required",
    "expired_card",
    "incorrect_number",
    "lost_card",
    "pickup_card",
    "revocation_of_all_authorizations",
    "revocation_of_authorization",
    "stolen_card",
    "transaction_not_allowed",
}


def reminder_days(due: date, term: Term, *, trial: bool = False) -> list[date]:
    """The days on which a renewal is announced: 30, 7 and 1 days before it is due; 7 and 1 of a MONTH or a trial."""
    return [due - timedelta(days) for days in _REMINDER_DAYS[Term.MONTH if trial else term]]


def reminder_to_send(reminders: list[date], due: date, *, sent: date | None, today: date) -> date | None:
    """The newest reminder day that has come and none was sent since; earlier ones that were missed are left out.

    From the due day on there is one only where none was ever sent, as nothing is charged unannounced.
    """
    if sent is not None and today >= due:
        return None
    newest = max((day for day in reminders if day <= today), default=None)
    return newest if newest and (sent is None or sent < newest) else None


def attempt_days(first: date, term: Term) -> list[date]:
    """The days on which the card is tried: at first and 1, 3, 7 and 13 days later, while grace lasts.

    `first` is the day the renewal is due, or the day of the first attempt if that was later.
    """
    days = (first + timedelta(days) for days in _ATTEMPT_DAYS)
    return [day for day in days if day < grace_end(first, term)]


def next_attempt(first: date, term: Term, today: date) -> date | None:
    """The next attempt after today; None where grace ends before."""
    return next((day for day in attempt_days(first, term) if day > today), None)


def grace_end(first: date, term: Term) -> date:
    """14 days after the first attempt, 7 of a MONTH: at 00:00 UTC the seats lapse."""
    return first + timedelta(_GRACE_DAYS[term])


def can_be_repeated(decline_code: str | None) -> bool:
    """Whether the same card may succeed at the next attempt."""
    return decline_code not in _FINAL_DECLINES
