"""The credential of a request."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.requests import HTTPConnection

from api.auth.client_address import exact_address_of
from api.auth.cookies import session_cookie
from api.auth.csrf import Origins
from models.access.secrets import secret_hash


@dataclass(frozen=True, slots=True)
class Credential:
    """A secret, its hash, by which alone caches know it, and the whole address of its client."""

    secret: str = field(repr=False)
    hashed: bytes
    address: str


def credential_in_cookie(connection: HTTPConnection, origins: Origins) -> Credential | None:
    """The session cookie of a request from a page that may use it."""
    secret = session_cookie(connection, origins) if origins.accepts_cookie(connection) else None
    return make_credential(secret, exact_address_of(connection))


def make_credential(secret: str | None, address: str) -> Credential | None:
    """The credential of a secret, if there is one, from an address."""
    return None if secret is None else Credential(secret, secret_hash(secret), address)


def bearer(authorization: str) -> str | None:
    """The token of an Authorization header."""
    scheme, _, secret = authorization.partition(" ")
    return secret.strip() if scheme.lower() == "bearer" and secret.strip() else None


def authorization_in(parameters: Mapping[str, object]) -> str:
    """The Authorization in a payload of connection_init; empty if there is none."""
    return header_in(parameters, "authorization")


def header_in(parameters: Mapping[str, object], header: str) -> str:
    """A header field in a payload of connection_init, at its top or in `headers`, in any case; else empty."""
    headers = parameters.get("headers")
    for fields in (parameters, headers if isinstance(headers, Mapping) else {}):
        for name, value in fields.items():
            if isinstance(name, str) and name.lower() == header and isinstance(value, str):
                return value
    return ""
