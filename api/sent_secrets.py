"""The secret that says who asks."""

from collections.abc import Set as AbstractSet

from starlette.requests import HTTPConnection

from api.cookies import session_cookie
from api.headers import HeaderFields, header
from api.origins import cookie_counts


def sent_secret(
    connection: HTTPConnection, fields: HeaderFields, origins: AbstractSet[str], *, secure_cookies: bool
) -> str | None:
    """The secret that came with a request: a bearer token, or a session cookie from a page that may use it."""
    secret = bearer(header(fields, b"authorization"))
    if secret is None and cookie_counts(connection, origins):
        return session_cookie(connection, secure=secure_cookies)
    return secret


def bearer(authorization: str) -> str | None:
    """The token of an Authorization header."""
    scheme, _, secret = authorization.partition(" ")
    return secret.strip() if scheme.lower() == "bearer" and secret.strip() else None
