"""Those who ask, as rows of a statement that answers each of them."""

from typing import NamedTuple


class Asker(NamedTuple):
    """Who asks, by the hash of their secret."""

    credential: bytes


# The askers as rows, for a statement that answers each. The statement's first values are theirs, the second is the
# moment. PostgreSQL plans for as many askers as it guesses where it cannot see how many there are: once.
ASKERS = """(
    SELECT credential, asker_number, $2::timestamptz AS moment
    FROM unnest((SELECT $1::bytea[])) WITH ORDINALITY AS asked (credential, asker_number)
) AS asker"""
