"""Heads that are read once: each request of a connection is still its sender's."""

from typing import Any

import orjson
import pytest

import usher.server.http_protocol
from api.http import headers
from api.http.headers import RequestHeaders, request_headers
from api.http.responses import GRAPHQL_JSON
from tests.support.client import Client
from tests.support.company import Company
from tests.support.line import NAME, Line, line


async def asked(connection: Line, *fields: str) -> tuple[str, dict[str, str], dict[str, Any]]:
    """Status line, fields and answer of a question that comes with these fields before the usual ones."""
    connection.send(connection.ask(NAME, *fields))
    status, told, body = await connection.answer()
    return status, told, orjson.loads(body)


async def test_who_asks_is_who_sent_the_request_not_who_sent_the_one_before(
    company: Company, other_company: Company, server_url: str
) -> None:
    own = {"data": {"account": {"name": "Company of example.com"}}}
    others = f"Authorization: Bearer {await other_company.access_token()}"
    async with line(company, server_url) as connection:
        assert [(await asked(connection))[2] for _ in range(3)] == [own] * 3
        for _ in range(2):
            assert (await asked(connection, others))[2] == {"data": {"account": {"name": "Company of example.org"}}}
            assert (await asked(connection))[2] == own
            _, _, refused = await asked(connection, "Authorization: Bearer nobody")
            assert refused["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED", "reason": "UNKNOWN"}
            assert (await asked(connection))[2] == own


async def test_each_request_has_the_media_type_and_the_tag_that_it_asks_for(
    company: Company, server_url: str
) -> None:
    async with line(company, server_url) as connection:
        _, first, _ = await asked(connection)
        assert first["content-type"] == "application/json"
        _, told, _ = await asked(connection, f"Accept: {GRAPHQL_JSON}")
        assert told["content-type"] == f"{GRAPHQL_JSON}; charset=utf-8"
        connection.send(connection.ask(NAME, f"If-None-Match: {first['etag']}"))
        assert (await connection.answer())[0] == "HTTP/1.1 304 Not Modified"
        assert (await asked(connection))[1]["content-type"] == "application/json"
        connection.send(connection.ask(NAME, 'If-None-Match: "another"'))
        assert (await connection.answer())[0] == "HTTP/1.1 200 OK"


async def test_what_comes_after_a_body_is_no_header_field_of_this_request_nor_of_the_next(
    company: Company, server_url: str
) -> None:
    head = "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    head += "Transfer-Encoding: chunked\r\n"
    chunks = b"%x\r\n%b\r\n0\r\n" % (len(NAME), NAME)
    secret = f"Authorization: Bearer {await company.access_token()}\r\n"
    own = b'{"data":{"account":{"name":"Company of example.com"}}}'
    async with line(company, server_url) as connection:
        connection.send(f"{head}\r\n".encode(), chunks, f"{secret}\r\n".encode())
        assert b"UNAUTHENTICATED" in (await connection.answer())[2]
        for before, after, told in (("", secret, b"UNAUTHENTICATED"), (secret, "", own)):
            connection.send(f"{head}Expect: 100-continue\r\n{before}\r\n".encode())
            # The head is read by then.
            assert await connection.reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
            connection.send(chunks, f"{after}\r\n".encode())
            assert told in (await connection.answer())[2]


LATE = "The request did not come within 0 seconds."
LARGE = "The head of the request is too large: at most 65536 bytes are allowed."


async def refused(connection: Line) -> tuple[str, list[Any]]:
    """The status line and the errors of the last answer of a connection."""
    status, told, body = await connection.answer()
    assert (told["connection"], await connection.reader.read()) == ("close", b"")
    return status, orjson.loads(body)["errors"]


async def test_a_head_that_is_too_large_ends_the_connection(company: Company, server_url: str) -> None:
    async with line(company, server_url) as connection, line(company, server_url) as another:
        assert (await asked(connection))[0] == "HTTP/1.1 200 OK"
        connection.send(b"POST /graphql HTTP/1.1\r\nX-Large: ")
        for _ in range(10):
            connection.send(b"x" * 8_000)
            # Each is read by itself.
            assert (await asked(another))[0] == "HTTP/1.1 200 OK"
        error = {"message": LARGE, "extensions": {"code": "LIMIT_EXCEEDED"}}
        assert await refused(connection) == ("HTTP/1.1 431 Request Header Fields Too Large", [error])


async def test_a_head_that_does_not_come_ends_the_connection_and_no_socket(
    company: Company, server_url: str, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usher.server.http_protocol, "HEAD_WITHIN", 0.2)
    error = {"message": LATE, "extensions": {"code": "BAD_REQUEST"}}
    async with admin.live() as live:
        for begun in (b"", b"POST /graphql HTTP/1.1\r\nHost: loc"):
            async with line(company, server_url) as connection:
                connection.send(begun)
                assert await refused(connection) == ("HTTP/1.1 408 Request Timeout", [error])
        async with line(company, server_url) as connection:
            assert (await asked(connection))[0] == "HTTP/1.1 200 OK"
            connection.send(b"POST /graphql HTTP/1.1\r\n")
            assert await refused(connection) == ("HTTP/1.1 408 Request Timeout", [error])
        await live.send(type="ping")
        assert (await live.receive())["type"] == "pong"


async def test_a_head_may_come_in_parts(company: Company, server_url: str) -> None:
    async with line(company, server_url) as connection, line(company, server_url) as another:
        request = connection.ask(NAME)
        for place in range(0, len(request), 30):
            connection.send(request[place : place + 30])
            assert (await asked(another))[0] == "HTTP/1.1 200 OK"
        assert (await connection.answer())[0] == "HTTP/1.1 200 OK"


def scope(token: str = "a", client: str = "127.0.0.1", **more: Any) -> dict[str, Any]:
    """The ASGI scope of a request."""
    fields = [(b"host", b"localhost"), (b"authorization", f"Bearer {token}".encode())]
    return {"type": "http", "headers": fields, "client": (client, 1), **more}


def sender(found: RequestHeaders) -> tuple[str, str]:
    assert found.credential is not None
    return found.credential.secret, found.credential.address


def test_header_fields_are_parsed_once_for_all_requests_that_send_the_same_from_the_same_address() -> None:
    first = request_headers(scope())
    assert sender(first) == ("a", "127.0.0.1")
    assert request_headers(scope()) is first
    assert sender(request_headers(scope("b"))) == ("b", "127.0.0.1")
    # As behind a trusted proxy.
    assert sender(request_headers(scope("b", "192.0.2.7"))) == ("b", "192.0.2.7")
    assert request_headers(scope()) is first
    assert "s3cret" not in repr(request_headers(scope("s3cret")))


def test_no_header_fields_make_the_process_keep_more_than_their_share() -> None:
    for number in range(200):
        request_headers(scope(f"{number}" + "x" * 60_000))
    assert 10 < len(headers._RECENT) < 100
    assert headers._RECENT.weight <= headers._RECENT.maxsize == 4_000_000
