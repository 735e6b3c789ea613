"""Row identifiers: UUIDv7, made here because PostgreSQL before 18 cannot make them."""

from uuid import UUID

from uuid_utils.compat import uuid7

# RFC 9562: the id of no row.
NIL_UUID = UUID(int=0)


def new_id() -> UUID:
    """Return a time-ordered UUID (RFC 9562, version 7)."""
    return uuid7()
