"""The origins of this installation, and the protection against cross-site request forgery."""

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from strawberry.http.websocket_origin import normalize_origin

# A header field that pages of other origins can send only after a preflight request.
PREFLIGHT = "graphql-preflight"

SCHEMES = {"ws": "http", "wss": "https"}
DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Origins:
    """The origin of the public URL, and others whose pages may use the session cookie.

    All are normalized as browsers do: lower case, ASCII, no default port.
    """

    public: str
    others: frozenset[str] = frozenset()

    @cached_property
    def is_secure(self) -> bool:
        """Whether the public URL is https."""
        return self.public.startswith("https://")

    @cached_property
    def host(self) -> str:
        """The public URL's host."""
        return urlsplit(self.public).hostname or ""

    @cached_property
    def port(self) -> int:
        """The public URL's port, given or not."""
        parts = urlsplit(self.public)
        return parts.port or DEFAULT_PORTS[parts.scheme]

    def accepts_cookie(self, connection: HTTPConnection) -> bool:
        """Whether the session cookie of a request is accepted as its credential.

        Links and images also send a GET: it must come from a page of the same origin, or with a header field that
        only a script sets.
        """
        if self.is_cross_site(connection):
            return False
        if connection.scope.get("method") != "GET":
            return True
        return PREFLIGHT in connection.headers or connection.headers.get("sec-fetch-site") == "same-origin"

    def is_cross_site(self, connection: HTTPConnection) -> bool:
        """Whether a request comes from a page of an origin not listed here: then it neither uses nor sets the cookie.

        Browsers set Sec-Fetch-Site and Origin, and no page can change them. A client that sends neither is no
        browser, and has no cookie of another user. The public URL is accepted as origin for any Host.
        """
        header = connection.headers.get("origin")
        origin = None if header is None else normalize_origin(header)
        if origin is not None and (origin == self.public or origin in self.others):
            return False
        site = connection.headers.get("sec-fetch-site")
        if site is not None:
            return site not in {"same-origin", "none"}
        return header is not None and (origin is None or origin != _requested_origin(connection))


def _requested_origin(connection: HTTPConnection) -> str | None:
    """The origin that a request is for: its Host, and its scheme, which a trusted proxy may set."""
    scheme = connection.scope["scheme"]
    return normalize_origin(f"{SCHEMES.get(scheme, scheme)}://{connection.headers.get('host', '')}")
