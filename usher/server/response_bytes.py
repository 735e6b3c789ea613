"""Responses as HTTP/1.1 writes them."""

from collections.abc import Iterable

from starlette.responses import Response
from uvicorn.protocols.http.httptools_impl import STATUS_LINE


def raw_response_bytes(status: int, fields: Iterable[tuple[bytes, bytes]], body: bytes) -> bytes:
    """A whole response from its status, header fields and body."""
    head = b"".join([b"%b: %b\r\n" % field for field in fields])
    return b"%b%b\r\n%b" % (STATUS_LINE[status], head, body)


def response_bytes(response: Response) -> bytes:
    """The same of a response whose body is at hand."""
    return raw_response_bytes(response.status_code, response.raw_headers, bytes(response.body))
