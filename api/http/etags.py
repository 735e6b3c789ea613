"""Entity tags of responses, for polls that find nothing changed: ETag, If-None-Match and 304 (RFC 9110).

A POST with If-None-Match may be answered 304 as well, which RFC 9110 does not foresee.
"""

import hashlib
from functools import lru_cache
from importlib.metadata import version

from models.access.credentials import Authenticated

IF_NONE_MATCH = b"if-none-match"
# A client may cache the response, and must revalidate it each time.
_CACHE_CONTROL = (b"cache-control", b"private, no-cache")
_VARY = (b"vary", b"authorization, cookie, accept")
_VARY_BY_LANGUAGE = (b"vary", _VARY[1] + b", accept-language")
_RELEASE = version("usher")


# A polling client gets the same tag again and again.
@lru_cache(5_000)
def entity_tag(authenticated: Authenticated, digest: bytes) -> str:
    """The entity tag of the response to a versioned query with this digest.

    It hashes everything that the response depends on: the query, the viewer's permissions, the versions of the
    account and the catalogue before anything was read, and the release. It is weak, because some responses show the
    time of reading.
    """
    viewer = authenticated.viewer
    permissions = " ".join(sorted(viewer.permissions))
    versions = f"{authenticated.event_id} {authenticated.catalogue_version}"
    text = f"{viewer.account_id} {versions} {permissions} {_RELEASE}"
    return f'W/"{authenticated.account_version}-{hashlib.sha256(digest + text.encode()).hexdigest()[:32]}"'


def is_current(if_none_match: str, tag: str) -> bool:
    """Whether an If-None-Match field names this tag. The star, which matches any response, is ignored."""
    return any(_opaque_tag(tag) == _opaque_tag(each) for each in if_none_match.split(","))


def tag_fields(tag: str, *, by_language: bool) -> list[tuple[bytes, bytes]]:
    """The header fields of a response with this tag, which may depend on the language."""
    return [(b"etag", tag.encode()), _CACHE_CONTROL, _VARY_BY_LANGUAGE if by_language else _VARY]


def _opaque_tag(tag: str) -> str:
    return tag.strip().removeprefix("W/")
