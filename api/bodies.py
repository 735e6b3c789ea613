"""Reading the body of a request: no more of it than is allowed, and no longer."""

import asyncio

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

READ_WITHIN = 30.0


async def read_body(request: Request, most: int) -> bytes:
    """The body. Raises HTTPException 413 beyond so many bytes, 408 when it does not come, 400 when it breaks off."""
    told = request.headers.get("content-length", "")
    if told.isascii() and told.isdigit() and int(told[:18]) > most:
        raise _too_large(most)
    body = bytearray()
    try:
        async with asyncio.timeout(READ_WITHIN):
            async for chunk in request.stream():
                body += chunk
                if len(body) > most:
                    raise _too_large(most)
    except TimeoutError as error:
        raise HTTPException(408, f"The body did not come within {READ_WITHIN:.0f} seconds.") from error
    except ClientDisconnect as error:
        raise HTTPException(400, "The body broke off.") from error
    return bytes(body)


def _too_large(most: int) -> HTTPException:
    return HTTPException(413, f"The body is too large: at most {most} bytes are allowed.")
