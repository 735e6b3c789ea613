"""Connecting to one of several hosts, of which some refuse and others answer nothing."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from models.database.connecting import CannotConnect, connect_to_database, host_of
from models.database.database_url import DatabaseUrl
from tests.support.proxy import Proxy
from tests.support.running import free_port


@pytest.fixture
async def way(postgres_url: str) -> AsyncIterator[Proxy]:
    """A way to PostgreSQL over TCP, whose port refuses until the way is entered."""
    ((folder, port),) = DatabaseUrl.parse(postgres_url).hosts
    return Proxy(f"{folder}/.s.PGSQL.{port}", free_port())


@asynccontextmanager
async def silent_host() -> AsyncIterator[int]:
    """A port that takes connections, and never answers."""
    async with Proxy("nowhere") as proxy:
        proxy.stall()
        yield proxy.port


def url_of(*ports: int, parameters: str = "") -> DatabaseUrl:
    """The address of whichever of these ports of this machine takes changes."""
    hosts = ",".join(f"127.0.0.1:{port}" for port in ports)
    return DatabaseUrl.parse(f"postgres://postgres@{hosts}/postgres{parameters}")


async def test_a_host_that_refused_is_asked_again_while_another_answers_nothing(way: Proxy) -> None:
    async with silent_host() as port:
        url = url_of(port, way.port)
        connecting = asyncio.create_task(connect_to_database(url))
        # It has asked both by then, and waits for the first alone.
        await asyncio.sleep(0.2)
        async with way:
            connection = await connecting
            assert host_of(connection, url) == ("127.0.0.1", way.port)
            await connection.close()


async def test_where_all_hosts_refuse_nobody_waits(way: Proxy) -> None:
    with pytest.raises(OSError, match="Connect call failed"):
        await connect_to_database(url_of(free_port(), way.port))


async def test_where_a_host_answers_nothing_and_the_other_refuses_it_is_told_why(way: Proxy) -> None:
    async with silent_host() as port, way:
        with pytest.raises(CannotConnect, match="is standby"):
            await connect_to_database(url_of(port, way.port, parameters="?target_session_attrs=standby"))


@pytest.mark.parametrize(
    ("session", "fits"),
    [("any", True), ("read-write", True), ("primary", True), ("prefer-standby", True), ("read-only", False)],
)
async def test_sessions_that_fit_a_primary(way: Proxy, session: str, fits: bool) -> None:
    url = url_of(way.port, parameters=f"?target_session_attrs={session}")
    async with way:
        if fits:
            await (await connect_to_database(url)).close()
        else:
            with pytest.raises(CannotConnect, match=f"No host of the database is {session}"):
                await connect_to_database(url)


async def test_a_connection_over_tcp_ends_soon_after_its_peer_has_vanished(way: Proxy) -> None:
    async with way:
        connection = await connect_to_database(url_of(way.port))
        shared = connection._transport.get_extra_info("socket")
        assert shared.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert shared.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL) == 2
        assert shared.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT) == 3
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            assert shared.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 10_000
        await connection.close()
