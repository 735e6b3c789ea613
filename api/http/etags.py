"""Answering a poll that nothing has changed: ETag, If-None-Match and 304 (RFC 9110).

Also where the query came by POST, which RFC 9110 does not foresee: who sends If-None-Match with a query asks for it.
"""

import hashlib
from functools import lru_cache
from importlib.metadata import version

from models.access.credentials import Recognised

IF_NONE_MATCH = b"if-none-match"
# An answer may be kept by who asked, who asks each time whether it still holds.
FIELDS = [(b"cache-control", b"private, no-cache"), (b"vary", b"authorization, cookie, accept")]
# The same of an answer with texts in the reader's language.
FIELDS_BY_LANGUAGE = [FIELDS[0], (b"vary", FIELDS[1][1] + b", accept-language")]
_RELEASE = version("usher")


# Whoever polls is told the same one again and again.
@lru_cache(5_000)
def entity_tag(seen: Recognised, digest: bytes) -> str:
    """The tag of the answer to a versioned question, of which this is the digest.

    It is made of everything that the answer is made of: what is asked, what the viewer may see, the versions of the
    account and the catalogue as they were before anything was read, and the release that answers. Weak, because the
    moment of reading is part of some answers.
    """
    viewer = seen.viewer
    rights = " ".join(sorted(viewer.permissions))
    made_of = f"{viewer.account_id} {seen.event_id} {seen.catalogue_version} {rights} {_RELEASE}"
    return f'W/"{seen.account_version}-{hashlib.sha256(digest + made_of.encode()).hexdigest()[:32]}"'


def is_current(given: str, tag: str) -> bool:
    """Whether If-None-Match, as it was given, names this tag. The star, which any answer matches, is not taken."""
    return any(_opaque(tag) == _opaque(each) for each in given.split(","))


def tagged(tag: str) -> list[tuple[bytes, bytes]]:
    """The fields that tell the tag of an answer."""
    return [(b"etag", tag.encode()), *FIELDS]


def tagged_by_language(tag: str) -> list[tuple[bytes, bytes]]:
    """The same of an answer that depends on the reader's language."""
    return [(b"etag", tag.encode()), *FIELDS_BY_LANGUAGE]


def _opaque(tag: str) -> str:
    return tag.strip().removeprefix("W/")
