"""Media types and content codings: of a body, and those that a client prefers (RFC 9110, 12.5)."""

from functools import lru_cache


def is_json(content_type: str) -> bool:
    """Whether a Content-Type is application/json, with any parameters."""
    return content_type.partition(";")[0].strip().lower() == "application/json"


@lru_cache(50)
def prefers(accept: str, wanted: str, other: str) -> bool:
    """Whether an Accept header names `wanted`, and ranks it no lower than `other`."""
    ranks = qualities(accept)
    return ranks.get(wanted, 0.0) > 0 and ranks.get(wanted, 0.0) >= ranks.get(other, 0.0)


def qualities(accept: str) -> dict[str, float]:
    """The quality of everything that an Accept or Accept-Encoding header names; 0 excludes it."""
    return {name: quality(parameters) for name, parameters in _listed(accept)}


def accepted(accept: str) -> list[tuple[str, dict[str, str]]]:
    """The media types of an Accept header that are not excluded, each with its parameters."""
    return [(media_type, parameters) for media_type, parameters in _listed(accept) if quality(parameters) > 0]


def _listed(accept: str) -> list[tuple[str, dict[str, str]]]:
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
