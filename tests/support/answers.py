"""What answers hold: top-level errors in short."""

from typing import Any

Json = dict[str, Any]


def codes(answer: Json) -> list[str]:
    """The code of every top-level error; fails when one has none."""
    return [error["extensions"]["code"] for error in answer.get("errors", [])]


def refused(answer: Json, code: str, *path: str | int) -> Json:
    """The extensions of the single top-level error of an answer without data, at a path."""
    assert codes(answer) == [code], answer
    assert answer.get("data") is None, answer
    assert answer["errors"][0].get("path", []) == list(path), answer
    return answer["errors"][0]["extensions"]


def unauthenticated(answer: Json, *path: str | int) -> None:
    """Fail unless nobody is signed in, for all the server can tell."""
    assert refused(answer, "UNAUTHENTICATED", *path) == {"code": "UNAUTHENTICATED"}
    assert answer["errors"][0]["message"] == "Sign in first."
