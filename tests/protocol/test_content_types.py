"""The content types of a body that is read as JSON: one, with any parameters."""

import codecs
import gzip

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
            is_unsupported(answer, "Send JSON, with Content-Type: application/json.")


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate, gzip", "x-unknown", "identity, gzip"])
async def test_a_compressed_body_is_not_read(http: httpx2.AsyncClient, db: None, coding: str) -> None:
    headers = {"content-type": "application/json", "content-encoding": coding}
    for body in (gzip.compress(BODY), BODY):
        answer = await http.post("/graphql", content=body, headers=headers)
        is_unsupported(answer, "No Content-Encoding is read: send the body as it is.")


@pytest.mark.parametrize("charset", ["utf-16", '"UTF-16LE"', "iso-8859-1", "us-ascii"])
async def test_json_in_another_charset_is_not_read(http: httpx2.AsyncClient, db: None, charset: str) -> None:
    headers = {"content-type": f"application/json; charset={charset}"}
    answer = await http.post("/graphql", content=BODY.decode().encode("utf-16"), headers=headers)
    is_unsupported(answer, "JSON is read in UTF-8 alone.")


@pytest.mark.parametrize("coding", ["identity", "Identity", ""])
async def test_a_body_as_it_is_may_say_so_and_begin_with_a_byte_order_mark(
    http: httpx2.AsyncClient, db: None, coding: str
) -> None:
    headers = {"content-type": 'application/json; charset="UTF-8"', "content-encoding": coding}
    answer = await http.post("/graphql", content=codecs.BOM_UTF8 + BODY, headers=headers)
    assert answer.json() == {"data": {"packages": [{"code": "ECO"}, {"code": "ADVANCED"}, {"code": "PRO"}]}}


def is_unsupported(answer: httpx2.Response, message: str) -> None:
    """Fail unless an answer is 415, with what is read instead."""
    assert answer.status_code == 415
    assert (answer.headers["accept"], answer.headers["accept-encoding"]) == ("application/json", "identity")
    assert answer.json()["errors"] == [{"message": message, "extensions": {"code": "BAD_REQUEST"}}]
