"""Times in the format of RFC 3339."""

import re
from datetime import UTC, datetime, timedelta

from graphql import GraphQLError

# RFC 3339, 5.6, which allows a space for the T. `datetime.fromisoformat` accepts much of ISO 8601 as well.
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
            return _datetime(parts)
    except (ValueError, OverflowError):
        # OverflowError: the year would be 0 or 10000 in UTC.
        pass
    raise GraphQLError("DateTime must be RFC 3339 text with an offset, e.g. 2026-11-22T17:00:00Z.")


def _datetime(parts: re.Match[str]) -> datetime:
    leap = parts["second"] == "60"
    second = "59" if leap else parts["second"]
    fraction = (parts["fraction"] or "0")[:6].ljust(6, "0")
    offset = parts["offset"] or "+00:00"
    moment = datetime.fromisoformat(f"{parts['minute'].upper()}:{second}.{fraction}{offset}").astimezone(UTC)
    if not leap:
        return moment
    moment += timedelta(seconds=1)
    # A leap second is the last of a month in UTC; clocks without it show the next second meanwhile.
    if (moment.day, moment.hour, moment.minute, moment.second) != (1, 0, 0, 0):
        raise ValueError("no leap second")
    return moment
