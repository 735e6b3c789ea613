"""The limits of a database session: settings of the role, or startup parameters where the role lacks them.

A pooler shares connections, so it refuses or ignores a client's startup parameters. `usher migrate` therefore sets
the limits for the role in this database.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import asyncpg

from models.database.connecting import CannotConnect, DatabaseNotReady, connect_to_database
from models.database.database_url import DatabaseUrl

# Times are in milliseconds.
LIMITS = {
    "statement_timeout": "30000",
    "lock_timeout": "15000",
    "idle_in_transaction_session_timeout": "60000",
    "TimeZone": "UTC",
    "jit": "off",
}

# The value is the names of LIMITS.
SETTINGS = "SELECT name, setting FROM pg_settings WHERE name = ANY($1)"


class LimitsNotSet(DatabaseNotReady):
    """The role lacks the limits, and the server or pooler does not accept them as startup parameters."""


async def require_limits(connection: asyncpg.Connection, url: DatabaseUrl) -> None:
    """Raise LimitsNotSet where sessions of the URL cannot have the limits; the connection is one to the URL."""
    if lacking_limits(await connection.fetch(SETTINGS, list(LIMITS))):
        await limits_to_send(url)


async def limits_to_send(url: DatabaseUrl) -> dict[str, str]:
    """The startup parameters that a client must send: none where the role has all limits.

    Raises LimitsNotSet where they are refused or ignored, as by a pooler.
    """
    if not await _lacking(url, {}):
        return {}
    try:
        lacking = await _lacking(url, LIMITS)
    except CannotConnect as error:
        # PgBouncer: unsupported startup parameter.
        if not isinstance(error.__cause__, asyncpg.PostgresError):
            raise
        lacking = list(LIMITS)
    if lacking:
        raise LimitsNotSet(_advice(url, lacking))
    return LIMITS


def lacking_limits(settings: Iterable[Mapping[str, Any]]) -> list[str]:
    """The limits that a session lacks, by its rows of `SETTINGS`."""
    found = {row["name"]: row["setting"] for row in settings}
    return [name for name, value in LIMITS.items() if found.get(name) != value]


async def set_limits(connection: asyncpg.Connection) -> None:
    """Set the limits for the connection's role in its database; they apply to new connections."""
    for name, value in LIMITS.items():
        template = "ALTER ROLE CURRENT_USER IN DATABASE %I SET %I TO %L"
        statement = await connection.fetchval(
            "SELECT format($1, current_database(), $2::text, $3::text)", template, name, value
        )
        await connection.execute(str(statement))


async def _lacking(url: DatabaseUrl, settings: dict[str, str]) -> list[str]:
    connection = await connect_to_database(url, server_settings=settings)
    try:
        return lacking_limits(await connection.fetch(SETTINGS, list(LIMITS)))
    finally:
        await connection.close()


def _advice(url: DatabaseUrl, lacking: list[str]) -> str:
    statements = [
        f'ALTER ROLE "{url.user}" IN DATABASE "{url.database}" SET {name} TO \'{LIMITS[name]}\';' for name in lacking
    ]
    return (
        "The sessions of this role lack limits, and its address is one of a pooler, which does not pass them on. Run "
        f"`usher migrate`, or: {' '.join(statements)} The connections that the pooler has keep the limits of before: "
        "have it make them anew (RECONNECT in PgBouncer)."
    )
