"""Clients that ask for much and read nothing: the system ends their connections."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest

import usher.server.http_protocol
from api.limits import Limits
from models.events.seat_feed import Feed
from payments import make_provider
from tests.support.client import Client
from tests.support.company import Company
from tests.support.serving import serving

# All requests come from one address.
ROOM = Limits(anonymous_cost_per_minute=100_000_000)
OWN = {"account": {"name": "Company of example.com"}}
LONG = json.dumps({"query": "{ __typename " + " ".join(f"a{n}: __typename" for n in range(190)) + " }"}).encode()
ASKED = (
    b"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    % len(LONG)
) + LONG
PAGE = b"GET /graphiql HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture
async def hurried(feed: Feed, company: Company, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Client]:
    """A server whose clients must read something each second."""
    monkeypatch.setattr(usher.server.http_protocol, "READ_WITHIN", 1.0)
    async with serving(make_provider("sandbox"), feed, await company.access_token(), ROOM) as client:
        yield client


@pytest.mark.parametrize("request_bytes", [ASKED, PAGE], ids=["answers", "pages"])
async def test_the_connection_of_a_client_that_reads_nothing_ends(hurried: Client, request_bytes: bytes) -> None:
    address = urlsplit(hurried.url)
    loop = asyncio.get_running_loop()
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        connection.setblocking(False)
        await loop.sock_connect(connection, (address.hostname, address.port))
        with pytest.raises(ConnectionError):
            await send_without_end(connection, request_bytes)
    assert await hurried.run("{ account { name } }") == OWN


async def send_without_end(connection: socket.socket, request: bytes) -> None:
    """Send a request over and over: the server reads none while it cannot write. Raises TimeoutError."""
    async with asyncio.timeout(30):
        while True:
            await asyncio.get_running_loop().sock_sendall(connection, request)


async def test_a_client_that_reads_slowly_is_answered_to_the_end(hurried: Client) -> None:
    address = urlsplit(hurried.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=1024)
    requests = 1_500
    writer.write(ASKED * (requests - 1) + ASKED.replace(b"Host", b"Connection: close\r\nHost", 1))
    read = bytearray()
    # For longer than a client may read nothing at all.
    while part := await reader.read(2_000):
        read += part
        await asyncio.sleep(0.001)
    assert read.count(b"HTTP/1.1 200 OK") == requests
    writer.close()
