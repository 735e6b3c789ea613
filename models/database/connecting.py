"""Connecting to the first host of a database that fits `target_session_attrs`; all are tried at once."""

import asyncio
import socket
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import asyncpg

from models.database.database_url import DatabaseUrl

CONNECT_WITHIN = 10.0
# Of several hosts, one that does not answer must not delay the others.
EACH_WITHIN = 3.0
# The host that answered last time is tried this much earlier than the others.
HEAD_START = 0.05
# While a host does not answer, those that refused are tried again: one of them may be promoted meanwhile.
AGAIN_AFTER = 0.25

# Refusals that may pass: /readyz and calls answer that the database is unavailable.
_REFUSALS = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
# By sessions of `target_session_attrs`; any other takes every host.
_FITTING = {
    "read-write": "SELECT NOT current_setting('transaction_read_only')::boolean",
    "read-only": "SELECT current_setting('transaction_read_only')::boolean",
    "primary": "SELECT NOT pg_is_in_recovery()",
    "standby": "SELECT pg_is_in_recovery()",
}
# Seconds and, for the last, milliseconds: a peer that acknowledges nothing for about ten seconds is gone.
_TCP_OPTIONS = {"TCP_KEEPIDLE": 4, "TCP_KEEPINTVL": 2, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 10_000}

Host = tuple[str, int]

_answered: dict[tuple[Host, ...], Host] = {}


class DatabaseNotReady(Exception):
    """The database can be reached, but is not set up as it must be; the text says what to do."""


class CannotConnect(OSError):
    """No host of the database takes the connection: it refuses the role, the database, or is not the primary."""


async def connect_to_database(url: DatabaseUrl, **arguments: Any) -> asyncpg.Connection:
    """A connection to the first host that fits. Raises OSError (CannotConnect, TimeoutError) where none does."""
    given = url.arguments | arguments
    # The caller's session settings are added to the URL's.
    settings = {**url.arguments.get("server_settings", {}), **(arguments.get("server_settings") or {})}
    if settings:
        given["server_settings"] = settings
    if len(url.hosts) == 1:
        return await _connect(url.hosts[0], {"timeout": CONNECT_WITHIN} | given)
    given["timeout"] = EACH_WITHIN
    return await _first(url.hosts, given)


def host_of(connection: asyncpg.Connection, url: DatabaseUrl) -> Host:
    """The host of the URL that a connection is to."""
    return next(host for host in url.hosts if _address(host) == connection._addr)  # noqa: SLF001


def _address(host: Host) -> Host | str:
    """The address that the driver connects to: for a folder, the socket in it."""
    name, port = host
    if not name.startswith("/"):
        return host
    return name if ".s.PGSQL." in name else str(Path(name) / f".s.PGSQL.{port}")


async def _first(hosts: tuple[Host, ...], arguments: dict[str, Any]) -> asyncpg.Connection:
    preferred = _answered.get(hosts)
    asked = {asyncio.create_task(_asked(host, arguments, early=preferred in {host, None})): host for host in hosts}
    errors: dict[Host, BaseException] = {}
    until = asyncio.get_running_loop().time() + EACH_WITHIN
    try:
        while asked:
            done, _ = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED, timeout=AGAIN_AFTER)
            for task in done:
                host = asked.pop(task)
                error = task.exception()
                if error is None:
                    _answered[hosts] = host
                    return task.result()
                errors[host] = error
            if asyncio.get_running_loop().time() > until:
                break
            if not done:
                refused = set(hosts) - set(asked.values())
                asked |= {asyncio.create_task(_connect(host, arguments)): host for host in refused}
    finally:
        await _give_up(asked)
    raise _most_telling(errors)


async def _asked(host: Host, arguments: dict[str, Any], *, early: bool) -> asyncpg.Connection:
    if not early:
        await asyncio.sleep(HEAD_START)
    return await _connect(host, arguments)


async def _connect(host: Host, arguments: dict[str, Any]) -> asyncpg.Connection:
    name, port = host
    # The driver checks the parameters that the host sent at the start of the connection. A pooler repeats those of an
    # older connection, maybe from before a standby was promoted. So a query checks it instead.
    given: dict[str, Any] = arguments | {"target_session_attrs": "any"}
    try:
        connection = await asyncpg.connect(host=name, port=port, **given)
    except _REFUSALS as error:
        raise CannotConnect(str(error)) from error
    try:
        await _require_fitting(connection, arguments["target_session_attrs"], arguments["timeout"])
    except BaseException:
        connection.terminate()
        raise
    _end_with_peer(connection)
    return connection


async def _require_fitting(connection: asyncpg.Connection, session: str, within: float) -> None:
    if session not in _FITTING:
        return
    try:
        fits = await connection.fetchval(_FITTING[session], timeout=within)
    except _REFUSALS as error:
        raise CannotConnect(str(error)) from error
    if not fits:
        raise CannotConnect(f"No host of the database is {session}, which target_session_attrs asks for")


def _end_with_peer(connection: asyncpg.Connection) -> None:
    """Have TCP detect a vanished peer within seconds; the system's own limits are hours."""
    shared = connection._transport.get_extra_info("socket")  # noqa: SLF001
    if shared is None or shared.family not in {socket.AF_INET, socket.AF_INET6}:
        return
    with shared.dup() as tcp:
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _TCP_OPTIONS.items():
            # No system has all of them.
            if hasattr(socket, name):
                tcp.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


async def _give_up(asked: Iterable["asyncio.Task[asyncpg.Connection]"]) -> None:
    """Cancel the other attempts, and close connections that they made."""
    others = list(asked)
    for task in others:
        task.cancel()
    for found in await asyncio.gather(*others, return_exceptions=True):
        if isinstance(found, asyncpg.Connection):
            found.terminate()


def _most_telling(errors: dict[Host, BaseException]) -> BaseException:
    """A refusal, if there is one, rather than a time-out."""
    refusals = [error for error in errors.values() if isinstance(error, CannotConnect)]
    return (refusals or [*errors.values(), TimeoutError("no host of the database answers")])[0]
