"""Connections that send half of something: each ends at its time limit, and the others are served meanwhile."""

import asyncio
import json
from collections.abc import AsyncIterator
from urllib.parse import SplitResult, urlsplit

import pytest

import usher.server.http_protocol
from api.limits import Limits
from models.events.seat_feed import Feed
from payments import make_provider
from tests.support.client import Client
from tests.support.company import Company
from tests.support.line import NAME, Line, line
from tests.support.serving import serving

HOST = b"Host: localhost\r\n"
HEALTH = b"GET /healthz HTTP/1.1\r\n" + HOST
POST = b"POST /graphql HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"
QUERY = b'{"query":"{packages{code}}"}'
ASKED = POST + b"Content-Length: %d\r\n\r\n" % len(QUERY) + QUERY

# The bytes sent first, the number of answers to them, and the bytes sent after those.
HALVES = {
    "nothing": (b"", 0, b""),
    "an empty line": (b"", 0, b"\r\n"),
    "two empty lines": (b"", 0, b"\r\n\r\n"),
    "half a head": (b"", 0, b"POST /graphql HTTP/1.1\r\nHos"),
    "an empty line after an answer": (ASKED, 1, b"\r\n"),
    "half a head after an answer": (ASKED, 1, b"POST /gra"),
    "half a head after two answers": (ASKED + ASKED, 2, b"P"),
    "half of a body that nothing waits for": (HEALTH + b"Content-Length: 9\r\n\r\n", 1, b"a"),
    "half a chunk that nothing waits for": (HEALTH + b"Transfer-Encoding: chunked\r\n\r\n", 1, b"9\r\na"),
    "half of a body that is too large": (POST + b"Content-Length: 9999999\r\n\r\n", 1, b"a" * 50_000),
    "half of a body for no page": (b"POST /nowhere HTTP/1.1\r\n" + HOST + b"Content-Length: 9\r\n\r\n", 1, b"a"),
    "half of a body by a method that is not allowed": (
        b"PUT /graphql HTTP/1.1\r\n" + HOST + b"Content-Length: 9\r\n\r\n",
        1,
        b"a",
    ),
}


@pytest.fixture
async def hurried(feed: Feed, company: Company, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Client]:
    """A server with short time limits."""
    monkeypatch.setattr(usher.server.http_protocol, "HEAD_WITHIN", 0.3)
    async with serving(make_provider("sandbox"), feed, await company.access_token()) as client:
        yield client


async def ended(connection: Line) -> bytes:
    """The bytes received until the connection is closed."""
    async with asyncio.timeout(10):
        return await connection.reader.read()


@pytest.mark.parametrize("half", HALVES)
async def test_half_a_request_ends_its_connection(hurried: Client, company: Company, half: str) -> None:
    first, answers, then = HALVES[half]
    async with line(company, hurried.url) as connection:
        connection.send(first)
        for _ in range(answers):
            await connection.answer()
        connection.send(then)
        assert (await ended(connection)).startswith(b"HTTP/1.1 408 Request Timeout\r\n")


async def test_bytes_that_keep_coming_prolong_nothing(hurried: Client, company: Company) -> None:
    async with line(company, hurried.url) as connection:
        connection.send(ASKED)
        await connection.answer()

        async def drip() -> None:
            while True:
                connection.send(b"\r\n")
                await asyncio.sleep(0.02)

        dripping = asyncio.create_task(drip())
        assert (await ended(connection)).startswith(b"HTTP/1.1 408 Request Timeout\r\n")
        dripping.cancel()


async def test_a_whole_request_has_its_time_again(hurried: Client, company: Company) -> None:
    """Longer in all than one head may take, and each part in time."""
    async with line(company, hurried.url) as connection:
        for _ in range(4):
            request = connection.ask(NAME)
            connection.send(request[:20])
            await asyncio.sleep(0.1)
            connection.send(request[20:])
            assert (await connection.answer())[0] == "HTTP/1.1 200 OK"


async def test_half_requests_hold_up_nobody(hurried: Client, company: Company) -> None:
    address = urlsplit(hurried.url)
    held = []
    for first, _, then in [*HALVES.values()] * 20:
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(first + then)
        held.append((reader, writer))
    assert (await hurried.run("{ account { name } }"))["account"] == {"name": "Company of example.com"}
    async with asyncio.timeout(20):
        await asyncio.gather(*[reader.read() for reader, _ in held])
    for _, writer in held:
        writer.close()


@pytest.mark.parametrize(
    ("head", "status", "message"),
    [
        (b"GET /healthz HTTP/1.1\r\n", "400 Bad Request", "A request has one Host field (RFC 9112, section 3.2)."),
        (HEALTH + b"Host: b\r\n", "400 Bad Request", "A request has one Host field (RFC 9112, section 3.2)."),
        (b"GET /healthz HTTP/1.0\r\nHost: a\r\nHost: b\r\n", "400 Bad Request", None),
        (POST + b"Transfer-Encoding: gzip, chunked\r\n", "501 Not Implemented", None),
        (POST + b"Transfer-Encoding: identity\r\n", "501 Not Implemented", None),
        (b"POST /graphql HTTP/1.0\r\n" + HOST + b"Transfer-Encoding: chunked\r\n", "400 Bad Request", None),
        (
            POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
            "400 Bad Request",
            "This is no HTTP request.",
        ),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "400 Bad Request", "This is no HTTP request."),
    ],
)
async def test_heads_that_could_be_read_in_two_ways_are_refused(
    hurried: Client, company: Company, head: bytes, status: str, message: str | None
) -> None:
    async with line(company, hurried.url) as connection:
        connection.send(ASKED)
        await connection.answer()
        connection.send(head + b"\r\n0\r\n\r\n")
        first, fields, body = await connection.answer()
        assert (first, fields["connection"]) == (f"HTTP/1.1 {status}", "close")
        [error] = json.loads(body)["errors"]
        assert error["extensions"] == {"code": "BAD_REQUEST"}
        assert message is None or error["message"] == message
        assert await ended(connection) == b""


async def test_http_1_0_needs_no_host(hurried: Client, company: Company) -> None:
    async with line(company, hurried.url) as connection:
        connection.send(b"GET /healthz HTTP/1.0\r\n\r\n")
        assert (await connection.answer())[0] == "HTTP/1.1 200 OK"


async def test_one_address_holds_so_many_connections_and_others_are_served(feed: Feed, company: Company) -> None:
    token = await company.access_token()
    limits = Limits(caller_connections=3)
    async with serving(make_provider("sandbox"), feed, token, limits) as client:
        address = urlsplit(client.url)
        crowd = [await connect(address, "127.0.0.2") for _ in range(4)]
        refused = (await crowd[3][0].read()).decode()
        assert refused.startswith("HTTP/1.1 429 Too Many Requests\r\n")
        assert json.loads(refused.partition("\r\n\r\n")[2])["errors"] == [
            {
                "message": "Too many connections: at most 3 of one address are allowed.",
                "extensions": {"code": "LIMIT_EXCEEDED"},
            }
        ]
        # Another address, and a trusted proxy, which speaks for many.
        others = [await connect(address, "127.0.0.3"), *[await connect(address, "127.0.0.1") for _ in range(5)]]
        assert [await is_served(each) for each in (*crowd[:3], *others)] == [True] * 9
        # A connection that ends makes room.
        crowd.pop(0)[1].close()
        async with asyncio.timeout(10):
            while not await is_served(another := await connect(address, "127.0.0.2")):
                another[1].close()
        for _, writer in (*crowd, *others, another):
            writer.close()


async def connect(address: SplitResult, source: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection from an address of the loopback range."""
    return await asyncio.open_connection(address.hostname, address.port, local_addr=(source, 0))


async def is_served(connection: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> bool:
    """Whether a request on the connection is answered."""
    reader, writer = connection
    writer.write(HEALTH + b"\r\n")
    return await reader.readline() == b"HTTP/1.1 200 OK\r\n"
