"""Documents, bodies and headers that something went wrong with: each is answered, and nothing is the worse for it."""

from collections.abc import AsyncIterator

import httpx2
import orjson
import pytest
from hypothesis import strategies as st

from tests.fuzz.callers import Callers
from tests.fuzz.damage import damaged_bytes, damaged_texts, odd_bodies, odd_headers
from tests.fuzz.documents import documents
from tests.fuzz.known import Known
from tests.fuzz.raw import exchange
from tests.fuzz.responses import is_http_answer
from tests.fuzz.running import every, watched

pytestmark = [*watched(), pytest.mark.usefixtures("still_serves")]

GOOD = b'{"query": "{ viewer { user { email } } packages { code } }"}'
EVERYTHING = ("query", "mutation", "subscription")


@pytest.fixture
async def still_serves(http: httpx2.AsyncClient, callers: Callers) -> AsyncIterator[None]:
    """Fail unless a good request is answered as ever after the test."""
    yield
    await callers.set_right()
    response = await http.post("/graphql", content=GOOD, headers=await callers.headers("administrator"))
    assert response.json() == {
        "data": {
            "viewer": {"user": {"email": "admin@example.com"}},
            "packages": [{"code": "ECO"}, {"code": "ADVANCED"}, {"code": "PRO"}],
        }
    }


async def post(http: httpx2.AsyncClient, callers: Callers, body: bytes) -> None:
    """Send a body as the administrator; fails unless it is answered."""
    response = await http.post("/graphql", content=body, headers=await callers.headers("administrator"))
    http.cookies.clear()
    is_http_answer(response.status_code, response.headers["content-type"], response.content)
    await callers.after(body)


async def test_a_damaged_document_is_answered(http: httpx2.AsyncClient, known: Known, callers: Callers) -> None:
    async def examine(text):
        # A lone surrogate in the text is for the bodies.
        await post(http, callers, orjson.dumps({"query": text}))

    await every(damaged_texts(documents(known, EVERYTHING).map(lambda document: document.query)), 300, examine)


async def test_a_damaged_body_is_answered(http: httpx2.AsyncClient, known: Known, callers: Callers) -> None:
    async def examine(body):
        await post(http, callers, body)

    right = documents(known, EVERYTHING).map(lambda document: document.body())
    await every(damaged_bytes(right), 150, examine)


async def test_a_body_with_odd_members_is_answered(http: httpx2.AsyncClient, known: Known, callers: Callers) -> None:
    async def examine(body):
        await post(http, callers, body)

    await every(odd_bodies(), 150, examine)


async def test_a_request_with_odd_headers_is_answered(server_url: str, callers: Callers) -> None:
    token = await callers.token("administrator")
    assert token is not None
    signed_in = ("authorization", b"Bearer " + token.encode())
    json_type = ("content-type", b"application/json")

    async def examine(example):
        headers, method, with_token, typed = example
        headers = [*([json_type] if typed else []), *headers, *([signed_in] if with_token else [])]
        answer = await exchange(server_url, method, b"/graphql", headers, GOOD)
        if method == "HEAD" and answer.status != 400:
            assert (answer.status, answer.content) == (405, b"")
        else:
            # A head that is refused before its method counts, e.g. with two Host fields, is told why.
            is_http_answer(answer.status, answer.headers["content-type"], answer.content)

    methods = st.sampled_from([*["POST"] * 12, "GET", "PUT", "HEAD", "OPTIONS"])
    typed = st.sampled_from([True, True, True, False])
    await every(st.tuples(odd_headers(), methods, st.booleans(), typed), 200, examine)
