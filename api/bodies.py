"""Reading the body of a request: no more of it than is allowed, and no longer."""

import asyncio

from starlette.exceptions import HTTPException
from starlette.types import Receive

from api.headers import HeaderFields

READ_WITHIN = 30.0


async def read_body(fields: HeaderFields, receive: Receive, most: int) -> bytes:
    """The body. Raises HTTPException 413 beyond so many bytes, 408 when it does not come, 400 when it breaks off."""
    told = fields.get(b"content-length", b"")
    if told.isdigit() and int(told[:18]) > most:
        raise _too_large(most)
    try:
        async with asyncio.timeout(READ_WITHIN):
            body, more = await _part(receive)
            if more:
                parts = bytearray(body)
                while more and len(parts) <= most:
                    body, more = await _part(receive)
                    parts += body
                body = bytes(parts)
    except TimeoutError as error:
        raise HTTPException(408, f"The body did not come within {READ_WITHIN:.0f} seconds.") from error
    if len(body) > most:
        raise _too_large(most)
    return body


async def _part(receive: Receive) -> tuple[bytes, bool]:
    """What came of the body, and whether more is to come."""
    message = await receive()
    if message["type"] != "http.request":
        raise HTTPException(400, "The body broke off.")
    return message.get("body", b""), message.get("more_body", False)


def _too_large(most: int) -> HTTPException:
    return HTTPException(413, f"The body is too large: at most {most} bytes are allowed.")
