"""Small adaptations of what the web server hands over."""

import asyncio
from contextlib import suppress

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect
from strawberry.http.exceptions import WebSocketDisconnected

# What was to be sent when the socket had been closed, by the client or for what the client had sent.
SOCKET_GONE = (WebSocketDisconnect, WebSocketDisconnected)


def once_more(body: bytes) -> Receive:
    """Give a body that was read to whoever reads next."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def deny(response: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """Refuse the handshake of a WebSocket with a response."""
    await WebSocket(scope, receive, send).send_denial_response(response)
    # uvicorn logs an error where the application returns before the connection is lost.
    with suppress(TimeoutError):
        async with asyncio.timeout(1.0):
            # That it came, that it was refused, that it is gone.
            for _ in range(3):
                await receive()


def plainly_spelled(scope: Scope) -> Scope:
    """The request with its content type in lower case, which is all that Strawberry reads."""
    headers = [(name, value.lower() if name == b"content-type" else value) for name, value in scope["headers"]]
    return {**scope, "headers": headers}
