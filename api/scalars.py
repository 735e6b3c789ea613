"""The two scalars of the contract that GraphQL does not have."""

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition


def serialize_datetime(value: datetime) -> str:
    """RFC 3339 in UTC, with Z."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse_datetime(value: object) -> datetime:
    """A time in UTC from RFC 3339 text. Raises GraphQLError."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        if moment is not None and moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        # The last, where the year would be 0 or 10000 in UTC.
        pass
    raise GraphQLError("DateTime must be RFC 3339 text with an offset, e.g. 2026-11-22T17:00:00Z.")


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
        description="RFC 3339 with offset, always answered in UTC: 2026-11-22T17:00:00Z.",
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
