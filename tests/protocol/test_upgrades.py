"""Upgrades: one that Usher does not speak is passed over, and one to WebSocket is clean or refused."""

import asyncio
import json
import tracemalloc
from collections.abc import Callable

import pytest
from prometheus_client import REGISTRY

from tests.support.company import Company
from tests.support.line import NAME, Line, line
from tests.support.seats_feed import SEATS
from tests.support.waiting import until

OWN = b'{"data":{"account":{"name":"Company of example.com"}}}'
HIDDEN = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
HANDSHAKE = [
    "Host: localhost",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol: graphql-transport-ws",
]


def whole(request: bytes) -> list[bytes]:
    return [request]


def by_bytes(request: bytes) -> list[bytes]:
    return [request[place : place + 1] for place in range(len(request))]


def chunked(request: bytes) -> list[bytes]:
    head, _, body = request.partition(b"\r\n\r\n")
    fields = [field for field in head.split(b"\r\n") if not field.startswith(b"Content-Length")]
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (body[:9], body[9:]) if part)
    return [b"\r\n".join([*fields, b"Transfer-Encoding: chunked", b"", chunks + b"0\r\n\r\n"])]


@pytest.mark.parametrize("cut", [whole, by_bytes, chunked])
@pytest.mark.parametrize("protocol", ["h2c", "TLS/1.2", "HTTP/2.0, IRC/6.9"])
async def test_an_upgrade_that_is_not_spoken_is_passed_over_and_the_body_read(
    company: Company, server_url: str, protocol: str, cut: Callable[[bytes], list[bytes]]
) -> None:
    async with line(company, server_url) as connection:
        request = connection.ask(
            NAME, "Connection: Upgrade, HTTP2-Settings", f"Upgrade: {protocol}", "HTTP2-Settings: AAEAAEAAAAIAAAAB"
        )
        for _ in range(2):
            for part in cut(request):
                connection.send(part)
                await asyncio.sleep(0)
            status, fields, body = await connection.answer()
            assert (status, body) == ("HTTP/1.1 200 OK", OWN)
            assert "connection" not in fields
        connection.send(connection.ask(NAME))
        assert (await connection.answer())[2] == OWN


async def test_requests_after_one_with_such_an_upgrade_are_answered_in_their_order(
    company: Company, server_url: str
) -> None:
    async with line(company, server_url) as connection:
        upgrade = ("Connection: upgrade", "Upgrade: h2c")
        read = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
        connection.send(connection.ask(NAME, *upgrade), read, connection.ask(NAME), connection.ask(NAME, *upgrade))
        bodies = [(await connection.answer())[2] for _ in range(4)]
    assert bodies == [OWN, b'{"status":"ok"}', OWN, OWN]


async def test_a_thousand_upgrades_at_once_are_all_passed_over(company: Company, server_url: str) -> None:
    """One after another, and not one within another, which Python would end."""
    read = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    async with line(company, server_url) as connection:
        connection.send(read * 1_500)
        bodies = [(await connection.answer())[2] for _ in range(1_500)]
    assert bodies == [b'{"status":"ok"}'] * 1_500


@pytest.mark.parametrize("length", ["0", "00", "0000 "])
async def test_an_upgrade_with_a_body_of_no_bytes_is_answered(company: Company, server_url: str, length: str) -> None:
    fields = f"Connection: Upgrade\r\nUpgrade: h2c\r\nHost: x\r\nContent-Length: {length}\r\n\r\n"
    read = f"GET /healthz HTTP/1.1\r\n{fields}".encode()
    asked = f"POST /graphql HTTP/1.1\r\nContent-Type: application/json\r\n{fields}".encode()
    async with line(company, server_url) as connection:
        connection.send(asked, read, connection.ask(NAME))
        bodies = [(await connection.answer())[2] for _ in range(3)]
    assert (b"Unable to parse request body" in bodies[0], bodies[1:]) == (True, [b'{"status":"ok"}', OWN])


async def test_a_request_that_closes_is_answered_after_an_upgrade_whatever_follows_it(
    company: Company, server_url: str
) -> None:
    read = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: %b\r\n\r\n"
    async with line(company, server_url) as connection:
        connection.send(read % b"Upgrade\r\nUpgrade: h2c", read % b"close", read % b"keep-alive")
        assert [(await connection.answer())[2] for _ in range(2)] == [b'{"status":"ok"}'] * 2
        assert await connection.reader.read() == b""


@pytest.mark.parametrize("upgrade", ["X-None: h2c", "Connection: Upgrade\r\nUpgrade: h2c"])
async def test_fields_after_a_body_are_not_kept(company: Company, server_url: str, upgrade: str) -> None:
    async with line(company, server_url) as connection:
        (request,) = chunked(connection.ask(NAME, upgrade))
        tracemalloc.start()
        connection.send(request.removesuffix(b"\r\n"), b"a: b\r\n" * 100_000, b"\r\n")
        assert (await connection.answer())[2] == OWN
        kept, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert kept < 5_000_000


@pytest.mark.parametrize("cut", [whole, by_bytes, chunked])
async def test_a_body_that_comes_with_an_upgrade_is_never_taken_for_a_request(
    company: Company, server_url: str, cut: Callable[[bytes], list[bytes]]
) -> None:
    """A request hidden in a body has passed the proxy before the server."""
    async with line(company, server_url) as connection:
        request = connection.ask(
            HIDDEN, "Connection: Upgrade", "Upgrade: h2c", "Accept: application/graphql-response+json"
        )
        for part in cut(request):
            connection.send(part)
            await asyncio.sleep(0)
        status, _, body = await connection.answer()
        assert status == "HTTP/1.1 400 Bad Request"
        assert json.loads(body)["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}
        connection.send(connection.ask(NAME))
        assert (await connection.answer())[2] == OWN


async def test_connect_opens_no_tunnel(company: Company, server_url: str) -> None:
    async with line(company, server_url) as connection:
        connection.send(b"CONNECT localhost:1 HTTP/1.1\r\nHost: localhost:1\r\n\r\n", HIDDEN)
        status, fields, _ = await connection.answer()
        assert (status.split()[1][0], fields["connection"]) == ("4", "close")
        assert await connection.reader.read() == b""


@pytest.mark.parametrize("request_line", ["GET /graphql", "POST /graphql", "GET /nowhere", "POST /nowhere"])
@pytest.mark.parametrize(
    ("framing", "body"),
    [("Content-Length: 2", b"{}"), ("Content-Length: 2", b""), ("Transfer-Encoding: chunked", b"0\r\n\r\n")],
)
async def test_a_handshake_with_a_body_is_refused_and_its_connection_closed(
    company: Company, server_url: str, request_line: str, framing: str, body: bytes
) -> None:
    async with line(company, server_url) as connection:
        connection.send("\r\n".join([f"{request_line} HTTP/1.1", *HANDSHAKE, framing, "", ""]).encode() + body)
        assert await refusal(connection) == ("HTTP/1.1 400 Bad Request", "The handshake of a WebSocket has no body.")


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("/graphql", ["X-Large: " + "a" * 9_000], "HTTP/1.1 431 Request Header Fields Too Large"),
        ("/graphql", [f"X-{number}: a" for number in range(140)], "HTTP/1.1 431 Request Header Fields Too Large"),
        ("/graphql?" + "a" * 9_000, [], "HTTP/1.1 414 URI Too Long"),
        ("/graphql", ["X-Unnamed field: a\x01"], "HTTP/1.1 400 Bad Request"),
    ],
)
async def test_a_handshake_that_cannot_be_read_is_refused_and_its_connection_closed(
    company: Company, server_url: str, path: str, fields: list[str], status: str
) -> None:
    async with line(company, server_url) as connection:
        connection.send("\r\n".join([f"GET {path} HTTP/1.1", *HANDSHAKE, *fields, "", ""]).encode())
        assert (await refusal(connection))[0].split()[1] == status.split()[1]


async def test_a_stream_ends_with_a_connection_that_asks_for_a_websocket_meanwhile(
    company: Company, server_url: str
) -> None:
    stream = json.dumps({"query": SEATS}).encode()
    async with line(company, server_url) as connection:
        connection.send(connection.ask(stream, "Accept: text/event-stream"))
        assert await connection.reader.readuntil(b"event: next\n")
        assert open_streams() == 1
        connection.send("\r\n".join(["GET /graphql HTTP/1.1", *HANDSHAKE, "", ""]).encode())
        assert b"101 Switching" not in await connection.reader.read()
        await until(lambda: open_streams() == 0)


def open_streams() -> int:
    return int(REGISTRY.get_sample_value("usher_sockets") or 0)


async def refusal(connection: Line) -> tuple[str, str]:
    """Status line and message of a refusal, after which the connection is closed."""
    status, fields, body = await connection.answer()
    assert (fields["connection"], await connection.reader.read()) == ("close", b"")
    return status, json.loads(body)["errors"][0]["message"]
