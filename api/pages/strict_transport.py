"""HTTP Strict Transport Security (RFC 6797): browsers that used https once always use it."""

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.auth.csrf import Origins

A_YEAR = "max-age=31536000"


class StrictTransport:
    """Adds the header field to every response of the middleware stack: pages, assets, and calls of browsers."""

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
    """The middleware, if the public URL is https at the default port of a host other than localhost.

    The header field applies to all ports of a host: it would break plain HTTP at another port, and on localhost.
    """
    is_whole_host = origins.port == 443 and origins.host != "localhost"
    return [Middleware(StrictTransport)] if origins.is_secure and is_whole_host else []
