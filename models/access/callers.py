"""The callers of one coalesced statement, as array parameters."""

from typing import NamedTuple


class Caller(NamedTuple):
    """A caller, by the hash of its secret."""

    credential: bytes


# The callers as rows: the statement's first parameter; the second is the time. PostgreSQL does not see the length of
# an array from a subquery, so it plans once for any number of callers.
CALLERS = """(
    SELECT credential, caller_number, $2::timestamptz AS moment
    FROM unnest((SELECT $1::bytea[])) WITH ORDINALITY AS asked (credential, caller_number)
) AS caller"""
