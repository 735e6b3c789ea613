"""Halves of requests on raw connections, damaged and in parts: each connection ends, and leaves nothing behind."""

import asyncio
import gc
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import psutil
import pytest
from hypothesis import strategies as st
from prometheus_client import REGISTRY

import api.http.body
import usher.server.http_protocol
from models.events.seat_feed import Feed
from payments import make_provider
from tests.fuzz.known import Known
from tests.fuzz.running import every, watched
from tests.support.client import Client
from tests.support.leaving import nothing_stays
from tests.support.serving import serving
from tests.support.waiting import until
from usher.server.uvicorn_config import UVICORN

pytestmark = watched()

HOST = b"Host: localhost\r\n"
QUERY = b'{"query":"{packages{code}}"}'
JSON = b"Content-Type: application/json\r\n"
POST = b"POST /graphql HTTP/1.1\r\n" + HOST + JSON
REQUESTS = [
    POST + b"Content-Length: %d\r\n\r\n" % len(QUERY) + QUERY,
    POST + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(QUERY), QUERY),
    POST + b"Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: %d\r\n\r\n" % len(QUERY) + QUERY,
    POST + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(QUERY) + QUERY,
    POST + b"Content-Length: 9999999\r\n\r\n" + b"x" * 1_000,
    b"GET /healthz HTTP/1.1\r\n" + HOST + b"Content-Length: 9\r\n\r\n123456789",
    b"GET /nowhere HTTP/1.0\r\n\r\n",
    b"GET /graphql HTTP/1.1\r\n"
    + HOST
    + b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n"
    b"Content-Length: 5\r\n\r\nhello",
    b"\r\n\r\n",
]
PIECES = [
    b"",
    b"\r\n",
    b"\n",
    b"\0",
    b"GET / HTTP/1.1\r\n",
    b"Host: a\r\n",
    b"Content-Length: 1\r\n",
    b"0\r\n\r\n",
    b"\xff" * 9,
]
# Bytes of the process that may stay after a thousand connections: caches fill, and allocators keep some.
MAY_STAY = 40_000_000


@st.composite
def halves(draw):
    """Bytes in up to three parts: whole requests, then a part of one, with something in it that is not its own."""
    wholes = draw(st.lists(st.sampled_from(REQUESTS), max_size=2))
    last = draw(st.sampled_from(REQUESTS))
    cut = draw(st.integers(0, len(last)))
    at = draw(st.integers(0, cut))
    sent = b"".join(wholes) + last[:at] + draw(st.sampled_from(PIECES)) + last[at:cut]
    places = sorted(draw(st.lists(st.integers(0, len(sent)), max_size=2)))
    return [sent[start:end] for start, end in zip([0, *places], [*places, len(sent)], strict=True)]


@pytest.fixture
async def hurried(feed: Feed, known: Known, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Client]:
    """A server with short time limits."""
    monkeypatch.setattr(usher.server.http_protocol, "HEAD_WITHIN", 0.2)
    monkeypatch.setattr(api.http.body, "READ_WITHIN", 0.2)
    monkeypatch.setitem(UVICORN, "timeout_keep_alive", 0.2)
    async with serving(make_provider("sandbox"), feed, token="") as client:
        yield client


async def is_ended(url: str, parts: list[bytes]) -> None:
    """Send something, and fail unless the server ends the connection; a WebSocket has time limits of its own."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        for part in parts:
            writer.write(part)
            await asyncio.sleep(0)
        read = b""
        async with asyncio.timeout(20):
            while b" 101 Switching Protocols\r\n" not in read and (part := await reader.read(65_536)):
                read += part
    except ConnectionError:
        # It was closed with something unread.
        return
    finally:
        writer.close()


def open_connections() -> float:
    return REGISTRY.get_sample_value("usher_connections") or 0.0


async def test_half_a_request_leaves_nothing_behind(hurried: Client, feed: Feed) -> None:
    async def examine(connections):
        await asyncio.gather(*[is_ended(hurried.url, parts) for parts in connections])

    await hurried.http.aclose()
    process = psutil.Process()
    await until(lambda: open_connections() == 0)
    gc.collect()
    port, memory = urlsplit(hurried.url).port, process.memory_info().rss
    async with nothing_stays(feed):
        await every(st.lists(halves(), min_size=1, max_size=30), 25, examine)
        await until(lambda: open_connections() == 0)
    gc.collect()
    assert [each.status for each in process.net_connections() if each.laddr.port == port] == ["LISTEN"]
    assert process.memory_info().rss < memory + MAY_STAY
