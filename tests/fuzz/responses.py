"""Rules that every response must fulfil."""

import json
from typing import Any

from graphql import get_named_type, is_union_type

from tests.fuzz.documents import SCHEMA, Document

Json = dict[str, Any]

CODES = {
    "BAD_REQUEST",
    "GRAPHQL_PARSE_FAILED",
    "GRAPHQL_VALIDATION_FAILED",
    "INVALID_INPUT",
    "LIMIT_EXCEEDED",
    "NOT_FOUND",
    "NOT_PERMITTED",
    "PERSISTED_QUERY_NOT_FOUND",
    "STALE_VERSION",
    "UNAUTHENTICATED",
}
# The error codes that a valid document, with values that fit, can get.
CODES_OF_VALID = {
    "INVALID_INPUT",
    "LIMIT_EXCEEDED",
    "NOT_FOUND",
    "NOT_PERMITTED",
    "STALE_VERSION",
    "UNAUTHENTICATED",
}
JSON_TYPES = {"application/json", "application/graphql-response+json"}


def is_http_answer(status: int, content_type: str, content: bytes) -> Json:
    """The answer over HTTP; fails unless it is a GraphQL one."""
    if content_type == "text/event-stream":
        # A query or a mutation for who reads events alone.
        assert status == 200, (status, content)
        first, second = content.split(b"\n\n", 1)
        assert first.startswith(b"event: next\ndata: "), content
        assert second == b"event: complete\ndata: \n\n", content
        content_type, content = "application/json", first.removeprefix(b"event: next\ndata: ")
    assert status in {200, 400, 405, 413, 415}, (status, content)
    assert content_type.partition(";")[0] in JSON_TYPES, (status, content_type, content)
    answer = json.loads(content)
    is_answer(answer)
    return answer


def is_answer(answer: Any) -> None:
    """Fail unless it has the format of a GraphQL response, with our codes."""
    assert isinstance(answer, dict)
    assert answer.keys() <= {"data", "errors", "extensions"}, answer
    assert "data" in answer or "errors" in answer, answer
    assert isinstance(answer.get("data"), dict | None), answer
    if "errors" in answer:
        are_errors(answer["errors"], answer)
    else:
        assert answer["data"] is not None, answer


def are_errors(errors: Any, answer: Json) -> None:
    """Fail unless they are errors with our codes, each at a place of the answer that is null."""
    assert isinstance(errors, list), answer
    assert errors, answer
    for error in errors:
        assert {"message", "extensions"} <= error.keys() <= {"message", "extensions", "locations", "path"}, error
        assert isinstance(error["message"], str), error
        assert error["message"], error
        assert error["extensions"]["code"] in CODES, error
        for place in error.get("locations", []):
            assert place.keys() == {"line", "column"}, error
            assert min(place.values()) >= 1, error
        if "path" in error:
            leads_to_null(error["path"], answer.get("data"))


def leads_to_null(path: list[str | int], found: Any) -> None:
    """Fail unless the path, or a beginning of it, leads to a null."""
    assert path
    for step in path:
        assert isinstance(step, str | int)
        if found is None:
            return
        found = found[step]
    assert found is None, path


def answers(document: Document, answer: Json) -> set[str]:
    """The types that the mutations answered; fails unless the answer can be one to this document."""
    found = {error["extensions"]["code"] for error in answer.get("errors", [])}
    if not document.spoiled:
        assert found <= CODES_OF_VALID | ({"BAD_REQUEST"} if document.kind == "subscription" else set()), answer
    shown: set[str] = set()
    for key, mutation in document.mutations.items():
        payload = (answer.get("data") or {}).get(key)
        if payload is None:
            continue
        type_ = get_named_type(SCHEMA.mutation_type.fields[mutation].type)  # pyright: ignore[reportOptionalMemberAccess]
        if is_union_type(type_):
            assert payload["__typename"] in {member.name for member in type_.types}, (mutation, payload)
            shown.add(f"{mutation} {payload['__typename']}")
        else:
            shown.add(f"{mutation} {type_.name}")
    return shown
