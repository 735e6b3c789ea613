"""The origins of this installation, and the protection against requests that pages of other origins forge."""

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from strawberry.http.websocket_origin import normalize_origin

# Pages of other origins can send it to nobody who does not allow it.
PREFLIGHT = "graphql-preflight"

SCHEMES = {"ws": "http", "wss": "https"}
DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Origins:
    """The origin of the public URL, and others whose pages may use the session cookie.

    Both are spelt as browsers spell them: lower case, ASCII, no default port.
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

    def cookie_counts(self, connection: HTTPConnection) -> bool:
        """Whether the session cookie of a request signs its sender in.

        A GET is also what following a link or showing a picture sends: it must come from a page of ours, or with a
        header that only a script sets.
        """
        if self.is_cross_site(connection):
            return False
        if connection.scope.get("method") != "GET":
            return True
        return PREFLIGHT in connection.headers or connection.headers.get("sec-fetch-site") == "same-origin"

    def is_cross_site(self, connection: HTTPConnection) -> bool:
        """Whether a page of another origin, not on the list, sent this: then it neither uses nor sets the cookie.

        Browsers set Sec-Fetch-Site and Origin and let no page change them; a client that sends neither is no browser,
        and carries no cookie that it was not given. The public URL's origin is ours whatever Host a proxy passes on.
        """
        sent = connection.headers.get("origin")
        origin = None if sent is None else normalize_origin(sent)
        if origin is not None and (origin == self.public or origin in self.others):
            return False
        site = connection.headers.get("sec-fetch-site")
        if site is not None:
            return site not in {"same-origin", "none"}
        return sent is not None and (origin is None or origin != _asked_origin(connection))


def _asked_origin(connection: HTTPConnection) -> str | None:
    """The origin that a request was sent to: its Host, and its scheme, which a trusted proxy may name."""
    scheme = connection.scope["scheme"]
    return normalize_origin(f"{SCHEMES.get(scheme, scheme)}://{connection.headers.get('host', '')}")
