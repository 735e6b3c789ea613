"""Closing the connections to a host that does not answer, once another host is the primary.

A statement on a frozen host waits for the client's time limit, and so does each call that gets another connection to
that host: TCP still acknowledges everything.
"""

import asyncio
from typing import Any, cast

import asyncpg
import structlog
from tortoise import connections
from tortoise.backends.asyncpg.client import AsyncpgDBClient

from models.database.connecting import Host, connect_to_database, host_of
from models.database.database_url import DatabaseUrl
from models.database.outages import UNAVAILABLE

# A connection that is in use at two looks in a row has its host probed. A host that answers may be busy, and is
# probed less often.
LOOK_EVERY = 0.5
REST = 1.0
ANSWERS_WITHIN = 0.5
MOVES = {"read-write", "primary"}

log = structlog.get_logger(__name__)


async def leave_silent_hosts(url: str) -> None:
    """Watch connections that are long in use, endlessly; close those to a host that another one has replaced."""
    parsed = DatabaseUrl.parse(url)
    if len(parsed.hosts) == 1 or parsed.session not in MOVES:
        return
    before: dict[Any, Any] = {}
    while True:
        uses = {holder: holder._in_use for holder in _holders() if holder._in_use is not None}  # noqa: SLF001
        long = [holder._con for holder, use in uses.items() if before.get(holder) is use]  # noqa: SLF001
        before = uses
        asked = {host_of(connection, parsed) for connection in long if connection is not None}
        answering = {host for host in asked if await _answers(host, parsed)}
        for host in asked - answering:
            if await _another_takes_changes(host, parsed):
                _leave(host, parsed)
        await asyncio.sleep(REST if answering else LOOK_EVERY)


async def _another_takes_changes(host: Host, url: DatabaseUrl) -> bool:
    try:
        connection = await connect_to_database(url)
    except UNAVAILABLE:
        return False
    connection.terminate()
    return host_of(connection, url) != host


async def _answers(host: Host, url: DatabaseUrl) -> bool:
    try:
        async with asyncio.timeout(ANSWERS_WITHIN):
            connection = await connect_to_database(url.only(host))
    except UNAVAILABLE:
        return False
    connection.terminate()
    return True


def _leave(host: Host, url: DatabaseUrl) -> None:
    log.warning("database.host_left", host=host[0])
    for holder in _holders():
        connection = holder._con  # noqa: SLF001
        if connection is not None and host_of(connection, url) == host:
            connection.terminate()


def _holders() -> list[Any]:
    """The holders of the pool's connections, used or not."""
    client = cast("AsyncpgDBClient", connections.get("default"))
    pool: asyncpg.Pool | None = client._pool  # noqa: SLF001
    return list(pool._holders) if pool is not None else []  # noqa: SLF001
