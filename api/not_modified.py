"""Answering a poll that nothing has changed: ETag, If-None-Match and 304 (RFC 9110).

Also where the query came by POST, which RFC 9110 does not foresee: who sends If-None-Match with a query asks for it.
"""

import hashlib
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from models.credentials import Recognised

IF_NONE_MATCH = "if-none-match"
# An answer may be kept by who asked, who asks each time whether it still holds.
HEADERS = {"cache-control": "private, no-cache", "vary": "authorization, cookie, accept"}
_RELEASE = version("usher")


def entity_tag(seen: Recognised, query: str, variables: Mapping[str, Any] | None) -> str | None:
    """The tag of the answer to a versioned document; None where it cannot have one.

    It is made of everything that the answer is made of: what is asked, what the viewer may see, the versions of the
    account and the catalogue as they were before anything was read, and the release that answers. Weak, because the
    moment of reading is part of some answers.
    """
    viewer = seen.viewer
    who = [str(viewer.account_id), sorted(viewer.permissions), str(seen.event_id), seen.catalogue_version]
    what = [query, variables or {}, who, _RELEASE]
    try:
        digest = hashlib.sha256(orjson.dumps(what, option=orjson.OPT_SORT_KEYS))
    except orjson.JSONEncodeError:
        # Variables may be nested deeper than what can be written again.
        return None
    return f'W/"{seen.account_version}-{digest.hexdigest()[:32]}"'


def is_current(request: Request, tag: str) -> bool:
    """Whether the caller has the answer with this tag already. The star, which any answer matches, is not taken."""
    given = request.headers.getlist(IF_NONE_MATCH)
    return any(_opaque(tag) == _opaque(each) for line in given for each in line.split(","))


def mark(response: Response, tag: str) -> None:
    """Tell the tag of an answer."""
    response.headers["etag"] = tag
    response.headers.update(HEADERS)


def _opaque(tag: str) -> str:
    return tag.strip().removeprefix("W/")
