"""The content types of a body that is read as JSON: one, with any parameters."""

import httpx2
import pytest

from tests.support.unchanged import nothing_changes

BODY = b'{"query": "{ packages { code } }"}'
OPEN = (
    b'{"query": "mutation { openAccount(input: {companyName: \\"C\\", email: \\"c@example.net\\", firstName: \\"A\\",'
    b' lastName: \\"B\\"}) { __typename } }"}'
)
JSON = [
    "application/json",
    "application/json; charset=utf-8",
    "application/json;charset=UTF-8;x=y",
    "Application/JSON ; charset=utf-8",
]
# The first are such that browsers send for a page without asking, or that looked like JSON to somebody.
OTHERS = [
    "text/plain",
    "text/plain,application/json",
    "text/plain; application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=application/json",
    "application/jsonp",
    "application/json-patch+json",
    "application/problem+json",
    "application/json, text/plain",
    "application/json text/plain",
    "application",
    "json",
    "",
]


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
@pytest.mark.parametrize("content_type", JSON)
async def test_json_is_read(http: httpx2.AsyncClient, db: None, content_type: str, accept: str) -> None:
    answer = await http.post("/graphql", content=BODY, headers={"content-type": content_type, "accept": accept})
    assert answer.status_code == 200
    assert '"code":"ADVANCED"' in answer.text


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
@pytest.mark.parametrize("content_type", OTHERS)
async def test_nothing_else_is(http: httpx2.AsyncClient, db: None, content_type: str, accept: str) -> None:
    headers = {"content-type": content_type, "accept": accept}
    async with nothing_changes():
        for body in (BODY, OPEN):
            answer = await http.post("/graphql", content=body, headers=headers)
            assert answer.status_code == 400
            [error] = answer.json()["errors"]
            assert error == {"message": "Unsupported content type", "extensions": {"code": "BAD_REQUEST"}}
