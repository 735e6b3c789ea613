"""Relay's global ids: a type name and a key, opaque to clients."""

import base64
import binascii
from functools import lru_cache
from uuid import UUID

import strawberry

from models.errors import NotFound

MAX_ID_LENGTH = 200


def encode_id(type_name: str, key: UUID | str) -> strawberry.ID:
    """The global id of a row."""
    # The base64 of letters, digits, colons, slashes and hyphens has no plus or slash, so it is URL-safe.
    return strawberry.ID(binascii.b2a_base64(f"{type_name}:{key!s}".encode(), newline=False).decode())


def decode_id(type_name: str, value: str) -> UUID:
    """The key inside a global id of one type. Raises NotFound: a wrong id leads nowhere, like an unknown one."""
    key = _decoded(type_name, value) if len(value) <= MAX_ID_LENGTH else None
    if key is None:
        raise NotFound(type_name, value)
    return key


# Most of those who ask name the same few packages.
@lru_cache(2_000)
def _decoded(type_name: str, value: str) -> UUID | None:
    found_type, text = split_id(value)
    return parse_key(text) if found_type == type_name else None


def parse_key(text: str) -> UUID | None:
    """The UUID in canonical spelling; None for any other text."""
    try:
        key = UUID(text)
    except ValueError:
        return None
    return key if str(key) == text else None


def split_id(value: str) -> tuple[str, str]:
    """The type name and the key in a global id; empty texts if it is malformed."""
    if len(value) > MAX_ID_LENGTH:
        return "", ""
    try:
        text = base64.urlsafe_b64decode(value.encode("ascii")).decode()
    except (binascii.Error, ValueError):
        return "", ""
    type_name, _, key = text.partition(":")
    return (type_name, key) if encode_id(type_name, key) == value else ("", "")
