"""Which media type a client prefers (RFC 9110, 12.5.1)."""


def prefers(accept: str, wanted: str, other: str) -> bool:
    """Whether an Accept header names `wanted`, and ranks it no lower than `other`."""
    ranks = dict(_ranks(accept))
    return ranks.get(wanted, 0.0) > 0 and ranks.get(wanted, 0.0) >= ranks.get(other, 0.0)


def _ranks(accept: str) -> list[tuple[str, float]]:
    return [_rank(part) for part in accept.lower().split(",") if part.strip()]


def _rank(part: str) -> tuple[str, float]:
    media_type, *parameters = (piece.strip() for piece in part.split(";"))
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            return media_type, _quality(value)
    return media_type, 1.0


def _quality(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        return 0.0
