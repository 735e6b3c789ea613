"""The header fields of requests."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from starlette.types import Scope

from api.auth.client_address import address_of_scope
from api.auth.credentials import Credential, bearer, make_credential
from api.http.media_types import prefers, unsupported
from api.http.responses import GRAPHQL_JSON, JSON
from api.http.streaming import wants_events
from engine.lru import WeightedLRU
from models.errors import CredentialProblem, Unauthenticated

HeaderFields = Mapping[bytes, bytes]

ACCEPT_LANGUAGE = b"accept-language"
# Fields that are lists: several fields of one name are one list (RFC 9110, 5.3).
_LISTS = {b"if-none-match", ACCEPT_LANGUAGE}
# Bytes, more or less; a client mostly sends the same header fields again.
_RECENT: "WeightedLRU[RequestHeaders]" = WeightedLRU(4_000_000)
OVERHEAD = 1_000


@dataclass(frozen=True, slots=True)
class RequestHeaders:
    """The header fields of a request, by name, and their meaning. `credential` is the bearer token."""

    # They hold secrets.
    fields: HeaderFields = field(repr=False)
    accept: str
    wants_events: bool
    prefers_graphql_json: bool
    # The reason to refuse a body of this type and coding.
    unsupported: str | None
    credential: Credential | None

    @property
    def refused(self) -> Unauthenticated | None:
        """The refusal of an Authorization field that holds no bearer token."""
        malformed = self.credential is None and b"authorization" in self.fields
        return Unauthenticated(CredentialProblem.MALFORMED) if malformed else None


def request_headers(scope: Scope) -> RequestHeaders:
    """The header fields of a request, cached by their text and the client's address."""
    pairs, address = tuple(scope["headers"]), address_of_scope(scope)
    headers = _RECENT.get((pairs, address))
    if headers is None:
        headers = _parse_headers(pairs, address)
        _RECENT.put((pairs, address), headers, OVERHEAD + 2 * sum(len(name) + len(value) for name, value in pairs))
    return headers


def _parse_headers(pairs: tuple[tuple[bytes, bytes], ...], address: str) -> RequestHeaders:
    fields = header_fields(pairs)
    accept = header(fields, b"accept")
    return RequestHeaders(
        fields=fields,
        accept=accept,
        wants_events=wants_events(accept),
        prefers_graphql_json=prefers(accept, GRAPHQL_JSON, JSON),
        unsupported=unsupported(header(fields, b"content-type"), header(fields, b"content-encoding")),
        credential=make_credential(bearer(header(fields, b"authorization")), address),
    )


def header_fields(pairs: Iterable[tuple[bytes, bytes]]) -> HeaderFields:
    """The fields by name: the first of each name, and all values of a list joined."""
    fields: dict[bytes, bytes] = {}
    for name, value in pairs:
        if name not in fields:
            fields[name] = value
        elif name in _LISTS:
            fields[name] += b"," + value
    return fields


def header(fields: HeaderFields, name: bytes) -> str:
    """The value of a field; empty if there is none."""
    return fields.get(name, b"").decode("latin-1")
