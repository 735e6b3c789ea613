"""The header fields of requests, and what they say.

Whoever calls again on a connection mostly sends the same head: what it says is found out once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.requests import HTTPConnection
from starlette.types import Scope

from api.auth.credentials import SentSecret, bearer, secret_from
from api.http.media_types import prefers, unsupported
from api.http.responses import GRAPHQL_JSON, JSON
from api.http.streaming import wants_events
from models.errors import CredentialProblem, Unauthenticated

HeaderFields = Mapping[bytes, bytes]

ACCEPT_LANGUAGE = b"accept-language"
# Of these a request may have several, which are one list (RFC 9110, 5.3).
_LISTS = {b"if-none-match", ACCEPT_LANGUAGE}

# What a server calls the Remembered of a connection.
REMEMBERED = "usher.head"


@dataclass(frozen=True, slots=True)
class Head:
    """What the header fields of a request say. `sent` is the bearer token, with where it came from."""

    # Secrets are among them.
    fields: HeaderFields = field(repr=False)
    wants_events: bool
    prefers_graphql_json: bool
    # Why a body of this type and coding is not read.
    unsupported: str | None
    sent: SentSecret | None

    @property
    def refused(self) -> Unauthenticated | None:
        """Why there is no viewer, where Authorization holds no bearer token and nothing else does."""
        malformed = self.sent is None and b"authorization" in self.fields
        return Unauthenticated(CredentialProblem.MALFORMED) if malformed else None


class Remembered:
    """The last head that came over a connection, and what it says."""

    __slots__ = ("_head", "_read_of")

    def __init__(self) -> None:
        self._head: Head | None = None
        self._read_of: object = None

    def head(self, scope: Scope) -> Head:
        """The head of a request."""
        # Behind a proxy, a connection brings the requests of many.
        read_of = scope["headers"], scope["client"]
        if self._head is None or self._read_of != read_of:
            self._head, self._read_of = read_head(scope), read_of
        return self._head


def head_of(scope: Scope) -> Head:
    """The head of a request."""
    remembered = scope.get("extensions", {}).get(REMEMBERED)
    return read_head(scope) if remembered is None else remembered.head(scope)


def read_head(scope: Scope) -> Head:
    """The same, found out."""
    fields = header_fields(scope)
    accept = header(fields, b"accept")
    return Head(
        fields=fields,
        wants_events=wants_events(accept),
        prefers_graphql_json=prefers(accept, GRAPHQL_JSON, JSON),
        unsupported=unsupported(header(fields, b"content-type"), header(fields, b"content-encoding")),
        sent=secret_from(HTTPConnection(scope), bearer(header(fields, b"authorization"))),
    )


def header_fields(scope: Scope) -> HeaderFields:
    """Each field, the first of a name where there are several; of those that are lists all, as one."""
    fields: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name not in fields:
            fields[name] = value
        elif name in _LISTS:
            fields[name] += b"," + value
    return fields


def header(fields: HeaderFields, name: bytes) -> str:
    """The value of a field; empty where there is none."""
    return fields.get(name, b"").decode("latin-1")
