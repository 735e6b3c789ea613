"""Those who ask, as rows of a statement that answers each of them."""

from typing import NamedTuple
from uuid import UUID


class Asker(NamedTuple):
    """Who asks, by the hash of their secret, and at which event and version of the catalogue they know the answer."""

    credential: bytes
    event_id: UUID | None = None
    catalogue_version: int | None = None


# The askers as rows, for a statement that answers each. The statement's first values are theirs, the fourth is the
# moment. PostgreSQL plans for as many askers as it guesses where it cannot see how many there are: once.
ASKERS = """(
    SELECT credential, event_id, catalogue_version, asker_number, $4::timestamptz AS moment
    FROM unnest((SELECT $1::bytea[]), (SELECT $2::uuid[]), (SELECT $3::bigint[]))
        WITH ORDINALITY AS asked (credential, event_id, catalogue_version, asker_number)
) AS asker"""
