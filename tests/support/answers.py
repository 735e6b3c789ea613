"""Top-level errors of answers, in short."""

from typing import Any

Json = dict[str, Any]

# Why a request has no viewer, and what is said of it.
NOT_SIGNED_IN = {
    "MISSING": "Sign in first.",
    "MALFORMED": "Authorization must be the word Bearer, a space, and the access token or API key.",
    "UNKNOWN": "The access token or API key is not one that was given out here.",
    "EXPIRED": "The session or API key has expired. Sign in again, or make or rotate a key.",
    "REVOKED": "The session or API key was ended. Sign in again, or use another key.",
    "NETWORK_NOT_ALLOWED": "The API key may not be used from this address.",
}


def codes(answer: Json) -> list[str]:
    """The code of every top-level error; fails when one has none."""
    return [error["extensions"]["code"] for error in answer.get("errors", [])]


def refused(answer: Json, code: str, *path: str | int) -> Json:
    """The extensions of the single top-level error of an answer without data, at a path."""
    assert codes(answer) == [code], answer
    assert answer.get("data") is None, answer
    assert answer["errors"][0].get("path", []) == list(path), answer
    return answer["errors"][0]["extensions"]


def not_signed_in(reason: str) -> Json:
    """The extensions of the error that says why a request has no viewer."""
    return {"code": "UNAUTHENTICATED", "reason": reason}


def unauthenticated(answer: Json, *path: str | int, reason: str = "MISSING") -> None:
    """Fail unless nobody is signed in, for this reason."""
    assert refused(answer, "UNAUTHENTICATED", *path) == not_signed_in(reason)
    assert answer["errors"][0]["message"] == NOT_SIGNED_IN[reason]
