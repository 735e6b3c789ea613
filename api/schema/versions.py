"""Parsing account versions that clients send."""

from models.errors import InvalidInput

MAX_DIGITS = 18


def parse_version(argument: str, value: str | None) -> int | None:
    """The version in an argument. Raises InvalidInput."""
    if value is None:
        return None
    if not (value.isascii() and value.isdigit() and len(value) <= MAX_DIGITS):
        raise InvalidInput([((argument,), "A version as an earlier answer gave it.")])
    return int(value)
