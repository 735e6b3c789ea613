"""Which media type is answered, and with which status."""

import httpx2
import pytest

NEW = "application/graphql-response+json"
OLD = "application/json"
# The outcomes of a document: it is run well, it is run and a field fails, or it is not run.
GOOD = ("{ packages { code } }", {"data"})
FAILS = ("{ account { name } }", {"data", "errors"})
# Documents that are not run, and the code of each error.
NOT_RUN = {
    "{ nope }": "GRAPHQL_VALIDATION_FAILED",
    "{": "GRAPHQL_PARSE_FAILED",
    "nonsense": "GRAPHQL_PARSE_FAILED",
    "query ($id: ID!) { node(id: $id) { id } }": "GRAPHQL_VALIDATION_FAILED",
    "query ($n: Int) { account { users(first: $n) { totalCount } } }": "GRAPHQL_VALIDATION_FAILED",
    "{ packages { code { deeper } } }": "GRAPHQL_VALIDATION_FAILED",
    "fragment Loop on Query { ...Loop } { ...Loop }": "GRAPHQL_VALIDATION_FAILED",
    "{ packages { code } } fragment Unused on Query { viewer { permissions } }": "GRAPHQL_VALIDATION_FAILED",
    "{ a: packages { code } a: packages { name } a: viewer { permissions } }": "GRAPHQL_VALIDATION_FAILED",
}
VARIABLES = {"n": "ten"}


async def ask(http: httpx2.AsyncClient, accept: str | None, document: str) -> httpx2.Response:
    headers = {} if accept is None else {"accept": accept}
    return await http.post("/graphql", json={"query": document, "variables": VARIABLES}, headers=headers)


def media_type(response: httpx2.Response) -> str:
    return response.headers["content-type"].partition(";")[0]


@pytest.mark.parametrize("document", NOT_RUN)
async def test_an_invalid_document_is_400_in_the_new_type_and_200_in_the_old(
    http: httpx2.AsyncClient, db: None, document: str
) -> None:
    new = await ask(http, NEW, document)
    old = await ask(http, OLD, document)
    assert (new.status_code, media_type(new)) == (400, NEW)
    assert (old.status_code, media_type(old)) == (200, OLD)
    assert new.json() == old.json()
    assert list(new.json()) == ["errors"]
    assert {error["extensions"]["code"] for error in new.json()["errors"]} == {NOT_RUN[document]}


@pytest.mark.parametrize(("document", "members"), [GOOD, FAILS])
async def test_what_was_run_is_200_in_either_type_with_field_errors_too(
    http: httpx2.AsyncClient, db: None, document: str, members: set[str]
) -> None:
    for accept in (NEW, OLD):
        response = await ask(http, accept, document)
        assert (response.status_code, media_type(response)) == (200, accept)
        assert set(response.json()) == members


@pytest.mark.parametrize(
    ("accept", "answered"),
    [
        (None, OLD),
        ("*/*", OLD),
        (OLD, OLD),
        (f"{OLD}; charset=utf-8", OLD),
        ("application/*", OLD),
        (NEW, NEW),
        (NEW.upper(), NEW),
        (f"{NEW}, {OLD};q=0.9", NEW),
        (f"{OLD};q=0.9, {NEW}", NEW),
        (f"{NEW}; charset=utf-8, {OLD}", NEW),
        (f"{OLD}, {NEW};q=0.5", OLD),
        (f"{OLD}, {NEW};q=0", OLD),
        ("text/html, application/xhtml+xml, */*;q=0.8", OLD),
        ("multipart/mixed;subscriptionSpec=1.0, application/json", OLD),
    ],
)
async def test_the_type_is_the_one_the_client_prefers(
    http: httpx2.AsyncClient, db: None, accept: str | None, answered: str
) -> None:
    response = await ask(http, accept, GOOD[0])
    assert (response.status_code, media_type(response)) == (200, answered)
    assert response.json()["data"]["packages"][0] == {"code": "ECO"}
