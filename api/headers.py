"""The header fields of a request, by their names."""

from collections.abc import Mapping

from starlette.types import Scope

HeaderFields = Mapping[bytes, bytes]


def header_fields(scope: Scope) -> HeaderFields:
    """Each field, the first of a name where there are several; of If-None-Match all, as one list (RFC 9110, 5.3)."""
    fields: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name not in fields:
            fields[name] = value
        elif name == b"if-none-match":
            fields[name] += b"," + value
    return fields


def header(fields: HeaderFields, name: bytes) -> str:
    """The value of a field; empty where there is none."""
    return fields.get(name, b"").decode("latin-1")
