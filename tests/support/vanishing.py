"""Clients that are gone from one moment to the next, with no word of farewell."""

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from websockets.asyncio.client import connect

from tests.support.business import Business
from tests.support.seats_feed import SEATS

ABORT = struct.pack("ii", 1, 0)
ASSIGN = "mutation ($input: AssignLicenseInput!) { assignLicense(input: $input) { __typename } }"
READ = "{ account { seatInventory { pools { assigned } } users { nodes { id } } } }"


async def vanish_within_a_request(url: str, business: Business, number: int) -> None:
    """Ask for something, or begin to, and be gone before it is answered."""
    user = business.users[number % len(business.users)]
    values = {"userId": user, "packageId": business.packages["PRO"]}
    asked = {"query": ASSIGN, "variables": {"input": values}} if number % 2 else {"query": READ}
    body = json.dumps(asked).encode()
    head = (
        f"POST /graphql HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\nAuthorization: Bearer {business.token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()
    async with _connection(url) as writer:
        writer.write(head + (body[: len(body) // 2] if number % 5 == 0 else body))
        await writer.drain()
        # From not at all to longer than most answers take.
        await asyncio.sleep(number % 10 * 0.04)


async def vanish_within_a_subscription(url: str, business: Business, number: int) -> None:
    """Follow the seats, or be about to, and be gone."""
    async with connect(
        f"ws{url.removeprefix('http')}/graphql",
        subprotocols=["graphql-transport-ws"],  # pyright: ignore[reportArgumentType]
        proxy=None,
    ) as opened:
        init = {"type": "connection_init", "payload": {"Authorization": f"Bearer {business.token}"}}
        await opened.send(json.dumps(init))
        await opened.recv()
        await opened.send(json.dumps({"type": "subscribe", "id": "1", "payload": {"query": SEATS}}))
        if number % 3:
            await opened.recv()
        _abort(opened.transport)


@asynccontextmanager
async def _connection(url: str) -> AsyncIterator[asyncio.StreamWriter]:
    address = urlsplit(url)
    _, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        yield writer
    finally:
        _abort(writer.transport)


def _abort(transport: asyncio.BaseTransport) -> None:
    # Without this the other side would be told that we close.
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
    assert isinstance(transport, asyncio.WriteTransport)
    transport.abort()
