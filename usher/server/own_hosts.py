"""Protection of the demo against DNS rebinding."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from usher.settings import Settings


class OwnHosts:
    """Refuses requests for hosts that are not the demo's own.

    A page of evil.example could have that name mean 127.0.0.1 after it is loaded. The browser then takes the demo for
    the same origin, and the page reads the mailbox, with its links that sign in. Addresses cannot be made to mean
    another host, so they are all allowed.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._hosts = {"localhost", settings.host, urlsplit(settings.public_url).hostname}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, a WebSocket or the lifespan."""
        if scope["type"] == "lifespan" or self._is_own(_host(HTTPConnection(scope))):
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            text = "The demo is not served under this name. Set USHER_PUBLIC_URL to the address that you use.\n"
            await PlainTextResponse(text, status_code=421)(scope, receive, send)
        else:
            await send({"type": "websocket.close"})

    def _is_own(self, host: str) -> bool:
        return host in self._hosts or host.endswith(".localhost") or _is_address(host)


def _host(connection: HTTPConnection) -> str:
    try:
        return urlsplit(f"//{connection.headers.get('host', '')}").hostname or ""
    except ValueError:
        return ""


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
