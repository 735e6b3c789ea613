"""Which pages may act with the visitor's cookie."""

from collections.abc import Set as AbstractSet

from starlette.requests import HTTPConnection

# Pages of other origins can send it to nobody who does not allow it.
PREFLIGHT = "graphql-preflight"


def cookie_counts(connection: HTTPConnection, allowed: AbstractSet[str]) -> bool:
    """Whether the cookie of a request says who asks.

    A GET is also what following a link or showing a picture sends: it must come from a page of ours, or with a
    header that only a script sets.
    """
    if is_cross_site(connection, allowed):
        return False
    if connection.scope.get("method") != "GET":
        return True
    return PREFLIGHT in connection.headers or connection.headers.get("sec-fetch-site") == "same-origin"


def is_cross_site(connection: HTTPConnection, allowed: AbstractSet[str]) -> bool:
    """Whether a page of another origin, not on the list, sent this: then its cookie counts for nothing.

    Browsers set Sec-Fetch-Site and Origin and let no page change them; a client that sends neither is no browser,
    and carries no cookie that it was not given.
    """
    origin = connection.headers.get("origin")
    if origin is not None and origin in allowed:
        return False
    site = connection.headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    return origin is not None and origin.partition("://")[2] != connection.headers.get("host")
