"""Responses with files of the built pages: plain, or compressed when the page was built (RFC 9110, 12.5.3)."""

from mimetypes import guess_type
from os import stat_result
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import FileResponse

from api.http.media_types import qualities

# The suffix of a compressed copy, for each content coding. Of codings with equal quality the first is sent.
SUFFIXES = {"br": ".br", "gzip": ".gz"}
IDENTITY = "identity"


def built_file(path: Path, request_headers: Headers) -> FileResponse:
    """The copy of a file that the client prefers, of those that the build made; nothing is compressed here.

    A range is one of the plain file, because a part of a compressed copy is of no use without the rest. Clients that
    accept none of the copies get the plain file, even if they exclude `identity`. Raises FileNotFoundError.
    """
    copies = {coding: path.with_name(path.name + suffix) for coding, suffix in SUFFIXES.items()}
    found = {coding: status for coding, copy in copies.items() if (status := _status(copy))}
    coding = IDENTITY if "range" in request_headers else _preferred(request_headers, list(found))
    response = FileResponse(
        copies.get(coding, path),
        stat_result=found.get(coding) or path.stat(),
        media_type=guess_type(path)[0],
    )
    response.headers["Vary"] = "Accept-Encoding"
    if coding != IDENTITY:
        response.headers["Content-Encoding"] = coding
        response.headers["ETag"] = f'{response.headers["ETag"][:-1]}-{coding}"'
        del response.headers["Accept-Ranges"]
    return response


def _status(copy: Path) -> stat_result | None:
    try:
        return copy.stat()
    except FileNotFoundError:
        return None


def _preferred(request_headers: Headers, found: list[str]) -> str:
    """The coding with the highest quality of those found and `identity`, whose quality is lowest unless listed."""
    listed = qualities(",".join(request_headers.getlist("accept-encoding")))
    others = listed.get("*", 0.0)
    best = max(found, key=lambda coding: listed.get(coding, others), default=IDENTITY)
    quality = listed.get(best, others)
    return best if quality > 0 and quality >= listed.get(IDENTITY, 0.0) else IDENTITY
