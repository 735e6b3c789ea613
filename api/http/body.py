"""Reading the body of a request, within limits of size and time."""

import asyncio
import codecs
from types import CoroutineType

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope

from api.http.headers import HeaderFields, RequestHeaders

READ_WITHIN = 30.0


async def read_request(scope: Scope, receive: Receive, headers: RequestHeaders, most: int, *, by_get: bool) -> bytes:
    """The body of a GraphQL request; empty for a query by GET, where that is allowed. Raises HTTPException."""
    if scope["method"] == "GET" and by_get:
        if len(scope["query_string"]) > most:
            raise HTTPException(414, f"The address is too long: at most {most} bytes are allowed.")
        return b""
    if scope["method"] != "POST":
        raise HTTPException(405, "Send GraphQL by POST, with a JSON body.")
    if headers.unsupported:
        raise HTTPException(415, headers.unsupported)
    body = await read_body(headers.fields, receive, most)
    # RFC 8259, section 8.1: a byte order mark may be ignored.
    return body.removeprefix(codecs.BOM_UTF8)


async def read_body(fields: HeaderFields, receive: Receive, most: int) -> bytes:
    """The body. Raises HTTPException: 413 above `most` bytes, 408 if it is late, 400 if the client disconnects."""
    length = fields.get(b"content-length", b"")
    if length.isdigit() and int(length[:18]) > most:
        raise _too_large(most)
    message = _received_message(receive)
    whole = message is not None and not message.get("more_body", False)
    body = _part(message) if message and whole else await _read_parts(message, receive, most)
    if len(body) > most:
        raise _too_large(most)
    return body


def _received_message(receive: Receive) -> Message | None:
    """The message that the server has received already, if any: mostly the whole body, which needs no timeout."""
    receiving = receive()
    if isinstance(receiving, CoroutineType):
        try:
            receiving.send(None)
        except StopIteration as stop:
            return stop.value
        receiving.close()
    return None


async def _read_parts(first: Message | None, receive: Receive, most: int) -> bytes:
    """All parts, or the first parts that exceed the limit."""
    body, message = bytearray(), first
    try:
        async with asyncio.timeout(READ_WITHIN):
            while message is None or (message.get("more_body", False) and len(body) <= most):
                body += _part(message) if message else b""
                message = await receive()
    except TimeoutError as error:
        raise HTTPException(408, f"The body did not come within {READ_WITHIN:.0f} seconds.") from error
    return bytes(body + _part(message))


def _part(message: Message) -> bytes:
    if message["type"] != "http.request":
        raise HTTPException(400, "The body broke off.")
    return message.get("body", b"")


def _too_large(most: int) -> HTTPException:
    return HTTPException(413, f"The body is too large: at most {most} bytes are allowed.")
