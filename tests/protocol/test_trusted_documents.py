"""Documents that are named by their SHA-256, and servers that run no others."""

import hashlib
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from graphql import get_introspection_query

from api.documents.policy import DocumentRules
from api.documents.trusted import TrustedDocuments
from models.events.seat_feed import Feed
from models.tables import Domain
from payments import make_provider
from tests.protocol.test_frames import closed_with
from tests.support.answers import refused
from tests.support.client import Client
from tests.support.company import Company
from tests.support.seats_feed import NOTHING_BOUGHT, SEATS, next_update
from tests.support.serving import serving
from tests.support.statements import statements
from tests.support.unchanged import nothing_changes

WHO = "query Who { viewer { user { email } } }"
ADD = "mutation Add($name: String!) { addDomain(input: {name: $name}) { ... on DomainAdded { domain { name } } } }"
TWO = "query One { packages { code } } query Two { __typename } # été"
BROKEN = "{ thereIsNoSuchField }"
TRUSTED = TrustedDocuments([WHO, ADD, TWO, SEATS, BROKEN])
OTHER = "query Who { viewer { user { email } }  }"
NEW = "application/graphql-response+json"
NOT_FOUND = {"message": "PersistedQueryNotFound", "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"}}
NOT_TRUSTED = {
    "message": "This server runs trusted documents alone, and this is none of them.",
    "extensions": {"code": "DOCUMENT_NOT_TRUSTED"},
}
I_AM = {"viewer": {"user": {"email": "admin@example.com"}}}


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def by_id(text: str) -> dict[str, Any]:
    """A request that names a document as GraphQL over HTTP does."""
    return {"documentId": f"sha256:{sha256(text)}"}


def apollo(text: str) -> dict[str, Any]:
    """A request that names a document as Apollo's clients do."""
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": sha256(text)}}}


@pytest.fixture
async def open_server(feed: Feed, company: Company) -> AsyncIterator[Client]:
    """The administrator, at a server with trusted documents that runs others too."""
    token = await company.access_token()
    async with serving(make_provider("sandbox"), feed, token, documents=DocumentRules(trusted=TRUSTED)) as client:
        yield client


@pytest.fixture
async def strict_server(feed: Feed, company: Company) -> AsyncIterator[Client]:
    """The administrator, at a server that runs trusted documents alone."""
    token = await company.access_token()
    rules = DocumentRules(trusted=TRUSTED, only_trusted=True)
    async with serving(make_provider("sandbox"), feed, token, documents=rules) as client:
        yield client


async def send(client: Client, accept: str = NEW, **body: Any) -> httpx2.Response:
    return await client.http.post("/graphql", json=body, headers={"accept": accept})


async def over_socket(client: Client, **payload: Any) -> dict[str, Any]:
    """The first message that answers an operation; fails unless the socket goes on after it."""
    async with client.live() as live:
        await live.send(type="subscribe", id="a", payload=payload)
        answer = await live.receive()
        assert answer["id"] == "a"
        await live.send(type="ping")
        while (await live.receive())["type"] != "pong":
            pass
        return answer


async def told(client: Client, **request: Any) -> dict[str, Any]:
    """The only error of a request that ran nothing, by HTTP and by WebSocket."""
    response = await send(client, **request)
    assert (response.status_code, list(response.json())) == (400, ["errors"])
    (error,) = response.json()["errors"]
    message = await over_socket(client, **request)
    assert (message["type"], message["payload"]) == ("error", [error])
    return error


@pytest.mark.parametrize("named", [by_id, apollo])
async def test_a_document_is_run_by_its_hash(open_server: Client, named: Any) -> None:
    assert (await send(open_server, **named(WHO))).json() == {"data": I_AM}
    assert (await over_socket(open_server, **named(WHO)))["payload"] == {"data": I_AM}


async def test_a_null_query_is_none(open_server: Client) -> None:
    assert (await send(open_server, query=None, **by_id(WHO))).json() == {"data": I_AM}
    assert (await over_socket(open_server, query=None, **by_id(WHO)))["payload"] == {"data": I_AM}


async def test_variables_and_the_operations_name_go_with_a_hash(open_server: Client, company: Company) -> None:
    response = await send(open_server, **by_id(ADD), variables={"name": "new.example.net"})
    assert response.json() == {"data": {"addDomain": {"domain": {"name": "new.example.net"}}}}
    assert await Domain.filter(account_id=company.account_id, name="new.example.net").count() == 1
    assert (await send(open_server, **by_id(TWO), operationName="Two")).json() == {"data": {"__typename": "Query"}}


async def test_a_subscription_follows_by_its_hash(strict_server: Client) -> None:
    async with strict_server.live() as live:
        await live.send(type="subscribe", id="1", payload=by_id(SEATS))
        _, snapshot, counts = await next_update(live)
        assert (snapshot, counts) == (True, NOTHING_BOUGHT)


async def test_a_trusted_document_is_validated_as_any_other(open_server: Client) -> None:
    assert (await told(open_server, **by_id(BROKEN)))["extensions"] == {"code": "GRAPHQL_VALIDATION_FAILED"}


@pytest.mark.parametrize(
    "request_",
    [
        by_id(OTHER),
        apollo(OTHER),
        {"documentId": sha256(WHO)},
        {"documentId": f"sha256:{sha256(WHO).upper()}"},
        {"documentId": "md5:7dba4bd717b41f10434822356a93c32b"},
        {"documentId": ""},
        {"documentId": "sha256:"},
    ],
)
async def test_an_unknown_hash_is_told_in_apollos_words(open_server: Client, request_: dict[str, Any]) -> None:
    assert await told(open_server, **request_) == NOT_FOUND


async def test_a_server_without_trusted_documents_finds_none(client: Client) -> None:
    assert await told(client, **by_id(WHO)) == NOT_FOUND
    assert await told(client, **apollo(WHO)) == NOT_FOUND


async def test_the_older_media_type_is_told_with_200(open_server: Client) -> None:
    response = await send(open_server, "application/json", **by_id(OTHER))
    assert (response.status_code, response.json()) == (200, {"errors": [NOT_FOUND]})
    assert response.headers["content-type"] == "application/json"


@pytest.mark.parametrize("named", [by_id, apollo])
async def test_a_document_sent_with_its_hash_is_run_and_not_registered(open_server: Client, named: Any) -> None:
    assert (await send(open_server, query=OTHER, **named(OTHER))).json() == {"data": I_AM}
    assert await told(open_server, **named(OTHER)) == NOT_FOUND


async def test_a_document_with_the_hash_of_another_is_not_run(open_server: Client) -> None:
    async with nothing_changes():
        error = await told(open_server, query=ADD, variables={"name": "new.example.net"}, **by_id(WHO))
    assert error["extensions"] == {"code": "BAD_REQUEST"}
    assert error["message"] == "The document does not have the hash that is sent with it."


@pytest.mark.parametrize(
    "request_",
    [
        {"documentId": 1},
        {"documentId": [WHO]},
        {"extensions": {"persistedQuery": "x"}},
        {"extensions": {"persistedQuery": {"version": 1}}},
        {"extensions": {"persistedQuery": {"version": 2, "sha256Hash": sha256(WHO)}}},
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": {}}}},
    ],
)
async def test_a_name_of_the_wrong_kind_is_refused(open_server: Client, request_: dict[str, Any]) -> None:
    response = await send(open_server, "application/json", **request_)
    assert response.status_code == 400
    refused(response.json(), "BAD_REQUEST")
    async with open_server.live() as live:
        assert await closed_with(live.socket, {"type": "subscribe", "id": "1", "payload": request_}) == 4400


HOSTILE = {
    "another": OTHER,
    "a mutation": 'mutation { addDomain(input: {name: "new.example.net"}) { __typename } }',
    "a trusted one and more": ADD.replace("mutation Add", "mutation") + " query Q { __typename }",
    "a trusted one with a space": WHO + " ",
    "a type name": "{ __typename }",
    "the schema": get_introspection_query(),
    "no document": "{{{{",
    "a long one": "{ a }" * 20_000,
    "a deep one": "{ a " * 300 + "}" * 300,
    "a replaced character": '{ node(id: "\N{REPLACEMENT CHARACTER}") { id } }',
}


@pytest.mark.parametrize("document", HOSTILE.values(), ids=HOSTILE)
async def test_a_strict_server_runs_none_of_another_document(strict_server: Client, document: str) -> None:
    async with nothing_changes():
        with statements() as sent:
            assert await told(strict_server, query=document) == NOT_TRUSTED
            assert await told(strict_server, query=document, **by_id(document)) == NOT_TRUSTED
    # The viewer is looked up for every request; a document would have read or written something else.
    assert [statement for statement in sent if "sessions" not in statement] == []


async def test_a_strict_server_runs_trusted_documents_however_they_are_sent(strict_server: Client) -> None:
    for request in ({"query": WHO}, by_id(WHO), apollo(WHO), {"query": WHO, **by_id(WHO)}):
        assert (await send(strict_server, **request)).json() == {"data": I_AM}
        assert (await over_socket(strict_server, **request))["payload"] == {"data": I_AM}
    assert await told(strict_server, **by_id(OTHER)) == NOT_FOUND


async def test_an_open_server_runs_any_document(open_server: Client) -> None:
    assert await open_server.run(OTHER) == I_AM


async def test_an_id_in_use_closes_the_socket_whatever_the_hash(open_server: Client) -> None:
    async with open_server.live() as live:
        await live.send(type="subscribe", id="1", payload=by_id(SEATS))
        assert (await live.receive())["type"] == "next"
        again = {"type": "subscribe", "id": "1", "payload": by_id(OTHER)}
        assert await closed_with(live.socket, again) == 4409
