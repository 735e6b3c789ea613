"""Connecting to whichever host of a database takes what is asked: all of them are asked at once."""

import asyncio
from collections.abc import Iterable
from typing import Any, cast

import asyncpg

from models.database_url import DatabaseUrl

CONNECT_WITHIN = 10.0
# Of several hosts, one that has vanished without a word must not hold up the others.
EACH_WITHIN = 3.0
# The host that answered last time is asked so much earlier than the others.
HEAD_START = 0.05

# While a host refuses connections for one of these, /readyz and calls say the same: it may pass.
_REFUSALS = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)

_answered: dict[tuple[tuple[str, int], ...], tuple[str, int]] = {}


class DatabaseNotReady(Exception):
    """The database can be reached, and is not as it must be; the text says what to do."""


class CannotConnect(OSError):
    """No host of the database takes the connection: it refuses the role, the database, or is not the primary."""


async def connect_to_database(url: DatabaseUrl, **arguments: Any) -> asyncpg.Connection:
    """A connection to the first host that fits. Raises OSError (CannotConnect, TimeoutError) where none does."""
    given = url.arguments | arguments
    # What the URL sets for the session stays, beside what the caller sets.
    settings = {**url.arguments.get("server_settings", {}), **(arguments.get("server_settings") or {})}
    if settings:
        given["server_settings"] = settings
    if len(url.hosts) == 1:
        return await _connect(url.hosts[0], {"timeout": CONNECT_WITHIN} | given)
    given["timeout"] = EACH_WITHIN
    return await _first(url.hosts, given)


async def _first(hosts: tuple[tuple[str, int], ...], arguments: dict[str, Any]) -> asyncpg.Connection:
    preferred = _answered.get(hosts)
    asked = {asyncio.create_task(_asked(host, arguments, early=preferred in {host, None})): host for host in hosts}
    waiting, errors = set(asked), list[Exception]()
    try:
        while waiting:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                error = task.exception()
                if error is None:
                    _answered[hosts] = asked.pop(task)
                    return task.result()
                errors.append(cast("Exception", error))
    finally:
        await _give_up(asked)
    raise _most_telling(errors)


async def _asked(host: tuple[str, int], arguments: dict[str, Any], *, early: bool) -> asyncpg.Connection:
    if not early:
        await asyncio.sleep(HEAD_START)
    return await _connect(host, arguments)


async def _connect(host: tuple[str, int], arguments: dict[str, Any]) -> asyncpg.Connection:
    name, port = host
    try:
        return await asyncpg.connect(host=name, port=port, **arguments)
    except _REFUSALS as error:
        raise CannotConnect(str(error)) from error


async def _give_up(asked: Iterable["asyncio.Task[asyncpg.Connection]"]) -> None:
    """Let go of the other hosts; one that has answered as well is not needed."""
    others = list(asked)
    for task in others:
        task.cancel()
    for found in await asyncio.gather(*others, return_exceptions=True):
        if isinstance(found, asyncpg.Connection):
            found.terminate()


def _most_telling(errors: list[Exception]) -> Exception:
    """A refusal rather than a host that is away."""
    refusals = [error for error in errors if isinstance(error, CannotConnect)]
    return (refusals or errors)[0]
