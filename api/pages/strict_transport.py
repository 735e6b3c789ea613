"""HTTP Strict Transport Security (RFC 6797): browsers that came by https once never come without."""

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.auth.csrf import Origins

A_YEAR = "max-age=31536000"


class StrictTransport:
    """Adds the header to every response that passes through Starlette: pages, assets, and calls of browsers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""

        async def send_with_header(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Strict-Transport-Security"] = A_YEAR
            await send(message)

        await self._app(scope, receive, send_with_header)


def strict_transport(origins: Origins) -> list[Middleware]:
    """The middleware, where the public URL is https and the host is Usher's alone.

    The header holds for all ports of a host: beside another port's plain HTTP, or on localhost, it would end that.
    """
    is_alone = origins.port == 443 and origins.host != "localhost"
    return [Middleware(StrictTransport)] if origins.is_secure and is_alone else []
