"""Queries by GET, where the installation allows them: queries alone, and no cookie that another site sends along."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from api.limits import Limits
from models.events.seat_feed import Feed
from models.operations.sign_in.complete_sign_in import complete_sign_in
from models.tables import SessionKind
from payments import make_provider
from tests.conftest import COOKIE
from tests.support.company import Company, sign_in_token
from tests.support.serving import serving
from tests.support.unchanged import nothing_changes

THREE = {"data": {"packages": [{"code": "ECO"}, {"code": "ADVANCED"}, {"code": "PRO"}]}}
WHO = "{ viewer { user { email } } }"
ADMIN = {"data": {"viewer": {"user": {"email": "admin@example.com"}}}}
NOBODY = {"data": {"viewer": None}}
ADD = 'mutation Add { addDomain(input: {name: "evil.example.net"}) { __typename } }'
FOLLOW = "subscription Follow { seatCountsChanged { version } }"
ALLOWED = "https://app.example.com"
FOREIGN = "https://evil.example.net"


@pytest.fixture
async def http(db: None, feed: Feed) -> AsyncIterator[httpx2.AsyncClient]:
    """A plain HTTP client of a server that takes queries by GET."""
    limits = Limits(body_bytes=2_000)
    provider = make_provider("sandbox")
    async with serving(provider, feed, "", limits, get_queries=True, origins=[ALLOWED]) as client:
        yield client.http


@pytest.fixture
async def cookie(company: Company) -> str:
    """The header that a browser sends with the administrator's session cookie."""
    signed_in = await complete_sign_in(token=await sign_in_token(company.administrator), kind=SessionKind.COOKIE)
    return f"{COOKIE}={signed_in.secret}"


async def get(http: httpx2.AsyncClient, query: str, headers: dict[str, str] | None = None, **given: str) -> Any:
    return await http.get("/graphql", params={"query": query, **given}, headers=headers)


def refusal(response: httpx2.Response) -> tuple[int, str, str]:
    """Status, code and message of an answer that is one error and nothing that was run."""
    body = response.json()
    assert list(body) == ["errors"]
    (error,) = body["errors"]
    return response.status_code, error["extensions"]["code"], error["message"]


@pytest.mark.parametrize("media_type", ["application/json", "application/graphql-response+json"])
async def test_a_query_is_answered_as_by_post_and_kept_by_nobody(http: httpx2.AsyncClient, media_type: str) -> None:
    response = await get(http, "{ packages { code } }", {"accept": media_type})
    assert (response.status_code, response.json()) == (200, THREE)
    assert response.headers["content-type"].partition(";")[0] == media_type
    assert response.headers["cache-control"] == "no-store"


async def test_an_address_sent_as_a_body_is_no_question(http: httpx2.AsyncClient) -> None:
    address = (await get(http, "{ packages { code } }")).request.url.query
    response = await http.post("/graphql", content=b"?" + address, headers={"content-type": "application/json"})
    assert refusal(response)[1] == "BAD_REQUEST"


async def test_every_parameter_is_read(http: httpx2.AsyncClient) -> None:
    document = "query A($id: ID!) { node(id: $id) { id } } query B { packages { code } }"
    variables = json.dumps({"id": "nonsense"})
    assert (await get(http, document, operationName="B", extensions='{"x": 1}', variables="{}")).json() == THREE
    answer = (await get(http, document, operationName="A", variables=variables)).json()
    assert answer == {"data": {"node": None}}


async def test_parameters_that_are_empty_are_absent(http: httpx2.AsyncClient) -> None:
    empty = {"operationName": "", "variables": "", "extensions": ""}
    assert (await get(http, "{ packages { code } }", **empty)).json() == THREE
    assert refusal(await get(http, ""))[:2] == (400, "BAD_REQUEST")
    assert refusal(await http.get("/graphql", headers={"accept": "text/html"}))[:2] == (400, "BAD_REQUEST")


@pytest.mark.parametrize("name", ["variables", "extensions"])
@pytest.mark.parametrize("value", ["{", "nonsense", "[1]", '"x"', "7", "[" * 500])
async def test_parameters_that_are_no_json_object_are_refused(
    http: httpx2.AsyncClient, name: str, value: str
) -> None:
    status, code, message = refusal(await get(http, "{ packages { code } }", **{name: value}))
    assert (status, code, f"`{name}`" in message) == (400, "BAD_REQUEST", True)


async def test_an_address_that_is_too_long_is_refused(http: httpx2.AsyncClient) -> None:
    status, code, _ = refusal(await get(http, "{ packages { code } }" + "#" * 2_000))
    assert (status, code) == (414, "LIMIT_EXCEEDED")


@pytest.mark.parametrize(
    ("document", "named", "kind"),
    [
        (ADD, "", "mutation"),
        (f"query Who {WHO} {ADD}", "Add", "mutation"),
        (FOLLOW, "", "subscription"),
    ],
)
async def test_nothing_but_a_query_is_run(
    http: httpx2.AsyncClient, company: Company, document: str, named: str, kind: str
) -> None:
    headers = {"authorization": f"Bearer {await company.access_token()}"}
    async with nothing_changes():
        response = await get(http, document, headers, operationName=named)
    assert refusal(response) == (405, "BAD_REQUEST", f"Send {kind}s by POST.")
    assert response.headers["allow"] == "POST"


async def test_a_mutation_that_hides_behind_a_query_is_not_run(http: httpx2.AsyncClient, company: Company) -> None:
    headers = {"authorization": f"Bearer {await company.access_token()}"}
    async with nothing_changes():
        response = await get(
            http, f"query Who {WHO} {ADD}", headers | {"accept": "application/graphql-response+json"}
        )
    assert refusal(response)[:2] == (400, "GRAPHQL_VALIDATION_FAILED")


async def test_no_stream_is_opened_by_get(http: httpx2.AsyncClient, company: Company) -> None:
    headers = {"authorization": f"Bearer {await company.access_token()}", "accept": "text/event-stream"}
    async with asyncio.timeout(10):
        response = await get(http, FOLLOW, headers)
    assert response.status_code == 405


async def test_mutations_by_post_are_run_as_ever(http: httpx2.AsyncClient, company: Company) -> None:
    headers = {"authorization": f"Bearer {await company.access_token()}"}
    answer = await http.post("/graphql", json={"query": ADD}, headers=headers)
    assert answer.json() == {"data": {"addDomain": {"__typename": "DomainAdded"}}}


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
async def test_other_methods_are_told_which_are_allowed(http: httpx2.AsyncClient, method: str) -> None:
    response = await http.request(method, "/graphql", params={"query": "{ packages { code } }"})
    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "cross-site", "graphql-preflight": "1"},
        {"origin": FOREIGN, "graphql-preflight": "1"},
        {"origin": ALLOWED, "sec-fetch-site": "cross-site"},
    ],
)
async def test_the_cookie_counts_for_nothing_where_a_link_or_another_site_may_have_sent_it(
    http: httpx2.AsyncClient, cookie: str, headers: dict[str, str]
) -> None:
    assert (await get(http, WHO, headers | {"cookie": cookie})).json() == NOBODY


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "same-origin"},
        {"graphql-preflight": "1"},
        {"origin": ALLOWED, "sec-fetch-site": "cross-site", "graphql-preflight": "1"},
    ],
)
async def test_the_cookie_counts_for_scripts_that_may(
    http: httpx2.AsyncClient, cookie: str, headers: dict[str, str]
) -> None:
    assert (await get(http, WHO, headers | {"cookie": cookie})).json() == ADMIN


async def test_a_bearer_token_counts(http: httpx2.AsyncClient, company: Company) -> None:
    headers = {"authorization": f"Bearer {await company.access_token()}", "sec-fetch-site": "cross-site"}
    assert (await get(http, WHO, headers)).json() == ADMIN


@pytest.mark.parametrize(("origin", "status"), [(ALLOWED, 200), (FOREIGN, 400)])
async def test_scripts_of_allowed_origins_may_send_the_header(
    http: httpx2.AsyncClient, origin: str, status: int
) -> None:
    asked = {
        "origin": origin,
        "access-control-request-method": "GET",
        "access-control-request-headers": "graphql-preflight",
    }
    assert (await http.options("/graphql", headers=asked)).status_code == status
