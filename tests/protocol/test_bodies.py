"""Request bodies that are no GraphQL request: a 4xx in JSON with a code, never a 500."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from structlog.testing import capture_logs

from api.limits import DEFAULT_LIMITS

QUERY = '{"query": "{ packages { code } }"%s}'
THREE = {"data": {"packages": [{"code": "ECO"}, {"code": "ADVANCED"}, {"code": "PRO"}]}}


async def send(
    http: httpx2.AsyncClient, content: Any, media_type: str | None = "application/json"
) -> httpx2.Response:
    headers = {} if media_type is None else {"content-type": media_type}
    return await http.post("/graphql", content=content, headers=headers)


def is_refused(response: httpx2.Response, status: int = 400, code: str = "BAD_REQUEST") -> None:
    """Fail unless the answer is one error with a code and nothing that was run."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"].partition(";")[0] == "application/json"
    body = response.json()
    assert list(body) == ["errors"], body
    assert [error["extensions"] for error in body["errors"]] == [{"code": code}]
    assert [set(error) for error in body["errors"]] == [{"message", "extensions"}]


@pytest.mark.parametrize("content", ["1", "[1]", "[]", "[{}]", '"x"', "null", "true", "1.5", "  7  "])
async def test_json_that_is_no_object(http: httpx2.AsyncClient, content: str) -> None:
    is_refused(await send(http, content))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b" ",
        b"{",
        b'{"query": "{ packages { code } }"',
        b"{'query': 'x'}",
        b'{"query": NaN}',
        b"\x00",
        b"\xff\xfe\x00",
        b'{"query": "\xff\xfe"}',
        (QUERY % "").encode("utf-16"),
        rb'{"query": "{ packages { code } } # \ud800"}',
        rb'{"query": "{ packages { code } }", "variables": {"x": "\udc00\ud800"}}',
        b"[" * 100_000,
        b"[" * 50_000 + b"]" * 50_000,
        b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
        b'{"query": "{ packages { code } }", "variables": {"x": ' + b"[" * 5_000 + b"]" * 5_000 + b"}}",
    ],
    ids=range(16),
)
async def test_bytes_that_are_no_json(http: httpx2.AsyncClient, content: bytes) -> None:
    is_refused(await send(http, content))


@pytest.mark.parametrize(
    "content",
    [
        "{}",
        '{"query": null}',
        '{"query": ""}',
        '{"query": 1}',
        '{"query": ["{ packages { code } }"]}',
        '{"query": {"a": 1}}',
        '{"Query": "{ packages { code } }"}',
        '{"variables": {}}',
        QUERY % ', "operationName": 5',
        QUERY % ', "operationName": ["A"]',
        QUERY % ', "operationName": {}',
        QUERY % ', "operationName": false',
        QUERY % ', "variables": [1]',
        QUERY % ', "variables": "x"',
        QUERY % ', "variables": 0',
        QUERY % ', "variables": false',
        QUERY % ', "extensions": 5',
        QUERY % ', "extensions": []',
    ],
)
async def test_members_that_are_missing_or_of_a_wrong_type(http: httpx2.AsyncClient, content: str) -> None:
    is_refused(await send(http, content))


@pytest.mark.parametrize(
    "content",
    [
        QUERY % "",
        QUERY % ', "operationName": null, "variables": null, "extensions": null',
        QUERY % ', "variables": {}, "extensions": {}, "unknown": [1, 2]',
        QUERY % ', "variables": {"unknown": "\\u0000"}',
    ],
)
async def test_members_that_may_be_left_out_may_be_null(http: httpx2.AsyncClient, db: None, content: str) -> None:
    response = await send(http, content)
    assert (response.status_code, response.json()) == (200, THREE)


@pytest.mark.parametrize("media_type", ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON"])
async def test_json_is_taken_however_it_is_spelled(http: httpx2.AsyncClient, db: None, media_type: str) -> None:
    assert (await send(http, QUERY % "", media_type)).json() == THREE


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_other_methods_are_not_allowed(http: httpx2.AsyncClient, method: str) -> None:
    response = await http.request(method, "/graphql", params={"query": "{ packages { code } }"})
    is_refused(response, 405)
    assert response.headers["allow"] == "POST"


async def test_head_has_no_body(http: httpx2.AsyncClient) -> None:
    response = await http.head("/graphql")
    assert (response.status_code, response.content) == (405, b"")


async def test_a_body_of_the_largest_size_is_taken_and_one_beyond_is_not(http: httpx2.AsyncClient, db: None) -> None:
    start = '{"query": "{ packages { code } }", "extensions": {"padding": "'
    padding = "x" * (DEFAULT_LIMITS.body_bytes - len(start) - 3)
    assert (await send(http, f'{start}{padding}"}}}}')).json() == THREE
    assert (await send(http, f'{start}{padding}x"}}}}')).status_code == 413
    assert DEFAULT_LIMITS.body_bytes <= 1_000_000


async def test_twenty_megabytes_are_too_many_and_nothing_is_broken(http: httpx2.AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(200):
            yield b"x" * 100_000

    with capture_logs() as logs:
        told = await send(http, b"x" * 20_000_000)
        untold = await send(http, chunks())
    assert (told.status_code, untold.status_code) == (413, 413)
    assert logs == []
