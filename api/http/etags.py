"""Answering a poll that nothing has changed: ETag, If-None-Match and 304 (RFC 9110).

Also where the query came by POST, which RFC 9110 does not foresee: a client that sends If-None-Match asks for it.
"""

import hashlib
from functools import lru_cache
from importlib.metadata import version

from models.access.credentials import Authenticated

IF_NONE_MATCH = b"if-none-match"
# A client may keep the response, and asks each time whether it is current.
_CACHE_CONTROL = (b"cache-control", b"private, no-cache")
_VARY = (b"vary", b"authorization, cookie, accept")
_VARY_BY_LANGUAGE = (b"vary", _VARY[1] + b", accept-language")
_RELEASE = version("usher")


# A client that polls gets the same one again and again.
@lru_cache(5_000)
def entity_tag(seen: Authenticated, digest: bytes) -> str:
    """The entity tag of the response to a versioned query with this digest.

    It is made of everything that the response depends on: the query, the viewer's permissions, the versions of the
    account and the catalogue before anything was read, and the release. Weak, because some responses show the
    moment of reading.
    """
    viewer = seen.viewer
    rights = " ".join(sorted(viewer.permissions))
    made_of = f"{viewer.account_id} {seen.event_id} {seen.catalogue_version} {rights} {_RELEASE}"
    return f'W/"{seen.account_version}-{hashlib.sha256(digest + made_of.encode()).hexdigest()[:32]}"'


def is_current(given: str, tag: str) -> bool:
    """Whether an If-None-Match field names this tag. The star, which any response matches, is not taken."""
    return any(_opaque(tag) == _opaque(each) for each in given.split(","))


def tag_fields(tag: str, *, by_language: bool) -> list[tuple[bytes, bytes]]:
    """The header fields of a response with this tag, which may depend on the reader's language."""
    return [(b"etag", tag.encode()), _CACHE_CONTROL, _VARY_BY_LANGUAGE if by_language else _VARY]


def _opaque(tag: str) -> str:
    return tag.strip().removeprefix("W/")
