"""The custom scalars: DateTime and Decimal."""

from datetime import datetime
from decimal import Decimal, InvalidOperation

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from api.http.date_time import parse_datetime, serialize_datetime


def parse_decimal(value: object) -> Decimal:
    """A finite decimal number from text. Raises GraphQLError, also for floats, which may have lost digits."""
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
