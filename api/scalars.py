"""The two scalars of the contract that GraphQL does not have."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

# RFC 3339, 5.6, where a space may stand for the T. `datetime.fromisoformat` takes much of ISO 8601 beside it.
_TIME = "([01][0-9]|2[0-3]):[0-5][0-9]"
_DATE_TIME = re.compile(
    rf"(?P<minute>[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[Tt ]{_TIME}):(?P<second>[0-5][0-9]|60)(\.(?P<fraction>[0-9]+))?"
    rf"([Zz]|(?P<offset>[+-]{_TIME}))"
)


def serialize_datetime(value: datetime) -> str:
    """RFC 3339 in UTC, with Z."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse_datetime(value: object) -> datetime:
    """A time in UTC from RFC 3339 text; digits after the sixth of a fraction are dropped. Raises GraphQLError."""
    parts = _DATE_TIME.fullmatch(value) if isinstance(value, str) else None
    try:
        if parts is not None:
            return _moment(parts)
    except (ValueError, OverflowError):
        # The latter, where the year would be 0 or 10000 in UTC.
        pass
    raise GraphQLError("DateTime must be RFC 3339 text with an offset, e.g. 2026-11-22T17:00:00Z.")


def _moment(parts: re.Match[str]) -> datetime:
    leap = parts["second"] == "60"
    second = "59" if leap else parts["second"]
    fraction = (parts["fraction"] or "0")[:6].ljust(6, "0")
    offset = parts["offset"] or "+00:00"
    moment = datetime.fromisoformat(f"{parts['minute'].upper()}:{second}.{fraction}{offset}").astimezone(UTC)
    if not leap:
        return moment
    moment += timedelta(seconds=1)
    # A leap second is the last of a month in UTC; clocks that do not have it show the next one meanwhile.
    if (moment.day, moment.hour, moment.minute, moment.second) != (1, 0, 0, 0):
        raise ValueError("no leap second")
    return moment


def parse_decimal(value: object) -> Decimal:
    """A finite decimal number from text. Raises GraphQLError: floats would already have lost digits."""
    try:
        number = Decimal(value) if isinstance(value, str) else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite():
        raise GraphQLError('Decimal must be a number as text, e.g. "149.00".')
    return number


SCALARS: dict[object, ScalarDefinition] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="RFC 3339 with offset, always answered in UTC: 2026-11-22T17:00:00Z. A leap second, 23:59:60 in"
        " UTC at the end of a month, is taken as the second after it.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=serialize_datetime,
        parse_value=parse_datetime,
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description='A decimal number as a string, never a float: "149.00".',
        serialize=str,
        parse_value=parse_decimal,
    ),
}
