"""Small adaptations of what the web server hands over."""

import asyncio
from contextlib import suppress

from starlette.types import Message, Receive, Scope


def once_more(body: bytes) -> Receive:
    """Give a body that was read to whoever reads next."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def until_gone(receive: Receive) -> None:
    """Wait until a refused connection is lost: uvicorn logs an error where the application returns before."""
    with suppress(TimeoutError):
        async with asyncio.timeout(1.0):
            # That it came, that it was refused, that it is gone.
            for _ in range(3):
                await receive()


def plainly_spelled(scope: Scope) -> Scope:
    """The request with its content type in lower case, which is all that Strawberry reads."""
    headers = [(name, value.lower() if name == b"content-type" else value) for name, value in scope["headers"]]
    return {**scope, "headers": headers}
