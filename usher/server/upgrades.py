"""Upgrades to protocols that Usher does not speak, such as h2c: passed over, as RFC 9110, section 7.8 wants it.

The parser takes no body of a request that asks for an upgrade. Another parser reads the body, and what follows it.
"""

from collections.abc import Iterable
from typing import Any

import httptools

FRAMING = {b"content-length", b"transfer-encoding"}


def request_parser(connection: Any) -> httptools.HttpRequestParser:
    """A parser like the one that uvicorn makes: what comes after a request that closes is no error."""
    parser = httptools.HttpRequestParser(connection)
    parser.set_dangerous_leniencies(lenient_data_after_close=True)
    return parser


def body_parser(connection: Any, headers: Iterable[tuple[bytes, bytes]]) -> httptools.HttpRequestParser:
    """A parser for the body that these fields announce, and for the requests after it."""
    after_head = _AfterHead(connection)
    parser = request_parser(after_head)
    framing = b"".join([b"%b: %b\r\n" % field for field in headers if field[0] in FRAMING])
    parser.feed_data(b"POST / HTTP/1.1\r\n%b\r\n" % framing)
    after_head.begin()
    return parser


def has_body(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether a request's fields announce a body."""
    lengths = [value.strip(b" \t0") for name, value in headers if name in FRAMING]
    # A length of 0 may be written with several zeros.
    return any(lengths)


class _AfterHead:
    """Hands on what a parser finds, but for the head by which it knows how long the body is."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._begun = False

    def begin(self) -> None:
        self._begun = True

    def on_message_begin(self) -> None:
        if self._begun:
            self._connection.on_message_begin()

    def on_url(self, url: bytes) -> None:
        if self._begun:
            self._connection.on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._begun:
            self._connection.on_header(name, value)

    def on_headers_complete(self) -> None:
        if self._begun:
            self._connection.on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._connection.on_body(body)

    def on_message_complete(self) -> None:
        self._connection.on_message_complete()


class _Trailers(list[tuple[bytes, bytes]]):
    """The fields after a body, which nothing reads and nothing limits: none is kept."""

    def append(self, _field: tuple[bytes, bytes]) -> None:
        """Drop one."""


TRAILERS = _Trailers()
