"""Media types and content codings: of a body, and of the response that a client prefers (RFC 9110, 12.5)."""

from functools import lru_cache


@lru_cache(50)
def unsupported(content_type: str, content_encoding: str) -> str | None:
    """The reason to refuse a body of this type and coding; None for plain JSON in UTF-8 (RFC 8259, section 8.1)."""
    if content_encoding.strip().lower() not in {"", "identity"}:
        return "No Content-Encoding is read: send the body as it is."
    media_type, parameters = _media_type(content_type.lower())
    if media_type != "application/json":
        return "Send JSON, with Content-Type: application/json."
    if parameters.get("charset", "utf-8") not in {"utf-8", "utf8"}:
        return "JSON is read in UTF-8 alone."
    return None


@lru_cache(50)
def prefers(accept: str, wanted: str, other: str) -> bool:
    """Whether an Accept header names `wanted`, and ranks it no lower than `other`."""
    ranks = qualities(accept)
    return ranks.get(wanted, 0.0) > 0 and ranks.get(wanted, 0.0) >= ranks.get(other, 0.0)


def qualities(accept: str) -> dict[str, float]:
    """The quality of everything that an Accept or Accept-Encoding header names; 0 excludes it."""
    return {name: quality(parameters) for name, parameters in _parsed(accept)}


def accepted(accept: str) -> list[tuple[str, dict[str, str]]]:
    """The media types of an Accept header that are not excluded, each with its parameters."""
    return [(media_type, parameters) for media_type, parameters in _parsed(accept) if quality(parameters) > 0]


def _parsed(accept: str) -> list[tuple[str, dict[str, str]]]:
    return [_media_type(part) for part in accept.lower().split(",") if part.strip()]


def _media_type(part: str) -> tuple[str, dict[str, str]]:
    media_type, *parameters = (piece.strip() for piece in part.split(";"))
    pairs = (parameter.partition("=") for parameter in reversed(parameters))
    return media_type, {name.strip(): value.strip().strip('"') for name, _, value in pairs}


def quality(parameters: dict[str, str]) -> float:
    """The rank of a media type, from 0 to 1."""
    try:
        return float(parameters.get("q", 1.0))
    except ValueError:
        return 0.0
