"""Which operation of a document is run, and which documents are not."""

from typing import Any

import httpx2
import pytest

from api.http.streaming import NO_STREAM_LISTED
from api.limits import DEFAULT_LIMITS
from tests.support.client import Client

NEW = "application/graphql-response+json"
TWO = "query One { packages { code } } query Two { viewer { permissions } }"
REFUSED = {"GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "LIMIT_EXCEEDED"}
UNNAMED = ("GRAPHQL_VALIDATION_FAILED", "Must provide operation name if query contains multiple operations.")
CODES = [{"code": "ECO"}, {"code": "ADVANCED"}, {"code": "PRO"}]


async def post(http: httpx2.AsyncClient, accept: str = NEW, **body: Any) -> httpx2.Response:
    return await http.post("/graphql", json=body, headers={"accept": accept})


def refusal(response: httpx2.Response, status: int = 400) -> tuple[str, str]:
    """The code and text of the only error of an answer that ran nothing."""
    assert (response.status_code, list(response.json())) == (status, ["errors"]), response.text
    (error,) = response.json()["errors"]
    return error["extensions"]["code"], error["message"]


async def test_the_operation_named_is_the_one_that_is_run(http: httpx2.AsyncClient, db: None) -> None:
    assert (await post(http, query=TWO, operationName="One")).json() == {"data": {"packages": CODES}}
    assert (await post(http, query=TWO, operationName="Two")).json() == {"data": {"viewer": None}}


async def test_an_only_operation_needs_no_name(http: httpx2.AsyncClient, db: None) -> None:
    only = "query One { packages { code } }"
    for name in ({}, {"operationName": None}, {"operationName": "One"}):
        assert (await post(http, query=only, **name)).json() == {"data": {"packages": CODES}}


async def test_an_operation_that_is_not_there_is_refused(http: httpx2.AsyncClient) -> None:
    code, message = refusal(await post(http, query=TWO, operationName="Three"))
    assert (code, message) == ("BAD_REQUEST", 'Unknown operation named "Three".')


async def test_of_several_operations_none_is_run_without_a_name(http: httpx2.AsyncClient) -> None:
    assert refusal(await post(http, query=TWO)) == UNNAMED


async def test_of_several_mutations_none_is_run_without_a_name(admin: Client) -> None:
    two = "mutation One { signOut { ok } } mutation Two { signOut { ok } }"
    assert refusal(await post(admin.http, query=two)) == UNNAMED
    assert (await admin.run("{ viewer { user { email } } }"))["viewer"] is not None


async def test_a_document_without_an_operation_is_refused(http: httpx2.AsyncClient) -> None:
    response = await post(http, query="fragment F on Query { packages { code } }")
    assert refusal(response) == ("BAD_REQUEST", "Can't get GraphQL operation type")


@pytest.mark.parametrize("body", [{"query": TWO, "operationName": "Three"}, {"query": TWO}])
async def test_the_old_media_type_is_200_for_every_request_that_is_well_formed(
    http: httpx2.AsyncClient, body: dict[str, str]
) -> None:
    response = await post(http, "application/json", **body)
    assert response.status_code == 200
    assert list(response.json()) == ["errors"]


@pytest.mark.parametrize(
    "accept",
    [
        "application/json",
        NEW,
        "*/*",
        "multipart/mixed",
    ],
)
async def test_a_subscription_by_post_is_refused_whatever_is_accepted(http: httpx2.AsyncClient, accept: str) -> None:
    response = await post(http, accept, query="subscription { seatCountsChanged { version } }")
    assert refusal(response) == ("BAD_REQUEST", NO_STREAM_LISTED)
    assert response.headers["content-type"].partition(";")[0] in {"application/json", NEW}


async def test_a_document_of_too_many_tokens_is_refused(http: httpx2.AsyncClient, db: None) -> None:
    # Six tokens, and a comment each.
    fits = "{ packages { code } }" + "#\n" * (DEFAULT_LIMITS.document_tokens - 6)
    assert (await post(http, query=fits)).json() == {"data": {"packages": CODES}}
    (error,) = (await post(http, query=fits + "#")).json()["errors"]
    assert error == {
        "message": "The document has more than the 1000 tokens that are allowed.",
        "extensions": {"code": "LIMIT_EXCEEDED", "limit": "tokens", "asked": "more than 1000", "allowed": 1000},
    }


@pytest.mark.parametrize("depth", [50, 100, 200, 330, 480])
@pytest.mark.parametrize(
    "document",
    [
        lambda depth: "{ viewer { user " + "{ license { user " * depth + "{ id }" + "} }" * depth + " } }",
        lambda depth: "{ node(id: " + "[" * depth + "]" * depth + ") { id } }",
        lambda depth: "{ node(id: " + "{a: " * depth + "1" + "}" * depth + ") { id } }",
        lambda depth: "query ($x: " + "[" * depth + "Int" + "]" * depth + ") { packages { code } }",
        lambda depth: "{ " + "... { " * depth + "packages { code }" + " }" * depth + " }",
    ],
    ids=["fields", "lists", "objects", "types", "fragments"],
)
async def test_a_deep_document_is_answered_or_refused_and_breaks_nothing(
    http: httpx2.AsyncClient, db: None, document: Any, depth: int
) -> None:
    response = await post(http, query=document(depth))
    if response.status_code == 200:
        assert response.json() == {"data": {"packages": CODES}}
    else:
        assert (response.status_code, list(response.json())) == (400, ["errors"])
        [code] = {error["extensions"]["code"] for error in response.json()["errors"]}
        assert code in REFUSED


async def test_chains_of_fragments_break_nothing(http: httpx2.AsyncClient, db: None) -> None:
    chain = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} }}" for n in range(100))
    response = await post(http, query=f"{{ ...F0 }} {chain} fragment F100 on Query {{ packages {{ code }} }}")
    assert response.json() == {"data": {"packages": CODES}}


@pytest.mark.parametrize(
    "variables",
    [{}, {"id": None}, {"id": 1.5}, {"id": True}, {"id": ["a", "b"]}, {"id": {"a": 1}}, {"ID": "x"}],
)
async def test_variables_that_do_not_fit_are_refused_with_a_code(
    http: httpx2.AsyncClient, variables: dict[str, Any]
) -> None:
    query = "query ($id: ID!) { node(id: $id) { id } }"
    code, message = refusal(await post(http, query=query, variables=variables))
    assert (code, "$id" in message) == ("GRAPHQL_VALIDATION_FAILED", True)


async def test_introspection_is_answered(http: httpx2.AsyncClient) -> None:
    answer = (await post(http, query="{ __schema { queryType { name } mutationType { name } } __typename }")).json()
    assert answer == {
        "data": {
            "__schema": {"queryType": {"name": "Query"}, "mutationType": {"name": "Mutation"}},
            "__typename": "Query",
        }
    }
