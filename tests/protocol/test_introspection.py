"""A server that tells nobody its schema, and the same questions to one that does."""

from collections.abc import AsyncIterator

import pytest
from graphql import get_introspection_query

from api.documents.policy import DocumentRules
from models.events.seat_feed import Feed
from payments import make_provider
from tests.support.answers import refused
from tests.support.client import Client
from tests.support.company import Company
from tests.support.serving import serving
from tests.support.statements import statements

ASKED = {
    "__schema": "{ __schema { queryType { name } } }",
    "__type": '{ __type(name: "User") { fields { name } } }',
    "alias": "{ packages { code } harmless: __schema { queryType { name } } }",
    "fragment": "{ ...F } fragment F on Query { ... on Query { __schema { queryType { name } } } }",
    "unused fragment": "{ packages { code } } fragment F on Query { __schema { queryType { name } } }",
    "another operation": "query A { packages { code } } query B { __schema { queryType { name } } }",
    "a mutation": "mutation { signOut { ok } __schema { queryType { name } } }",
    "skipped": "{ packages { code } __schema @skip(if: true) { queryType { name } } }",
    "everything": get_introspection_query(),
}
MESSAGE = "This server does not tell its schema: __schema and __type are switched off."


@pytest.fixture
async def silent(feed: Feed, company: Company) -> AsyncIterator[Client]:
    """The administrator, at a server that does not tell its schema."""
    rules = DocumentRules(introspection=False)
    async with serving(make_provider("sandbox"), feed, await company.access_token(), documents=rules) as client:
        yield client


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
async def test_the_schema_is_not_told_over_http(silent: Client, asked: str) -> None:
    with statements() as sent:
        response = await silent.http.post(
            "/graphql",
            json={"query": asked, "operationName": "A" if "query A" in asked else None},
            headers={"accept": "application/graphql-response+json"},
        )
    assert refused(response.json(), "INTROSPECTION_DISABLED") == {"code": "INTROSPECTION_DISABLED"}
    assert response.json()["errors"][0]["message"] == MESSAGE
    assert (response.status_code, "data" in response.json()) == (400, False)
    # The viewer is looked up for every request.
    assert [statement for statement in sent if "sessions" not in statement] == []


@pytest.mark.parametrize("asked", [ASKED["__schema"], ASKED["__type"], ASKED["fragment"]])
async def test_the_schema_is_not_told_over_a_socket_which_goes_on(silent: Client, asked: str) -> None:
    async with silent.live() as live:
        await live.subscribe(asked, id="a")
        message = await live.receive()
        assert (message["type"], message["id"]) == ("error", "a")
        assert [(error["extensions"], error["message"]) for error in message["payload"]] == [
            ({"code": "INTROSPECTION_DISABLED"}, MESSAGE)
        ]
        await live.subscribe("{ __typename }", id="b")
        assert await live.next() == {"__typename": "Query"}


async def test_type_names_and_the_words_in_texts_are_no_introspection(silent: Client) -> None:
    document = '# __schema\n{ __typename viewer { __typename } node(id: "__type") { __typename } }'
    assert await silent.run(document) == {"__typename": "Query", "viewer": {"__typename": "Viewer"}, "node": None}


@pytest.mark.parametrize(
    ("document", "meant"),
    [
        ("{ viewr { permissions } }", " Did you mean 'viewer'?"),
        ("{ node(idd: 1) { id } }", " Did you mean 'id'?"),
        ("{ viewer { ... on Viewr { permissions } } }", " Did you mean 'Viewer' or 'User'?"),
        (
            'mutation ($kind: SessionKind) { completeSignIn(input: {token: "", session: $kind}) { __typename } }',
            " Did you mean the enum value 'COOKIE'?",
        ),
    ],
)
async def test_no_name_is_suggested_where_the_schema_is_not_told(
    silent: Client, client: Client, document: str, meant: str
) -> None:
    told = (await client.post(document, kind="COOKI"))["errors"][0]["message"]
    assert told.endswith(meant)
    assert (await silent.post(document, kind="COOKI"))["errors"][0]["message"] == told.removesuffix(meant)


async def test_a_server_that_tells_its_schema_tells_it(client: Client) -> None:
    answers = [await client.post(ASKED[name]) for name in ("__schema", "__type", "everything")]
    assert ["errors" in answer for answer in answers] == [False, False, False]
