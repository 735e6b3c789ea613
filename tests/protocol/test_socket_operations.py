"""graphql-transport-ws: queries, mutations and bad documents over one socket."""

import asyncio
import logging
from typing import Any

import pytest

from api.limits import DEFAULT_LIMITS
from models.tables import Domain, Token
from tests.support.answers import codes, unauthenticated
from tests.support.client import Client, Live
from tests.support.company import Company, sign_in_token
from tests.support.seats_feed import SEATS, socket
from tests.support.unchanged import nothing_changes

WHO = "{ viewer { user { email license { state } } } }"
ADD = 'mutation { addDomain(input: {name: "new.example.net"}) { ... on DomainAdded { domain { name } } } }'
SIGN_IN = (
    "mutation ($token: String!, $session: SessionKind) { completeSignIn(input: {token: $token, session: $session}) {"
    " __typename ... on SignedIn { accessToken } } }"
)


async def run(live: Live, query: str, **variables: Any) -> dict[str, Any]:
    """The whole answer of an operation that answers once."""
    await live.subscribe(query, id="once", **variables)
    message = await live.receive()
    assert (message["type"], message["id"]) == ("next", "once"), message
    assert await live.receive() == {"type": "complete", "id": "once"}
    return message["payload"]


async def error_codes(live: Live, id: str) -> list[str]:
    """The codes of the error message that an operation ends with."""
    message = await live.receive()
    assert (message["type"], message["id"]) == ("error", id), message
    return [error["extensions"]["code"] for error in message["payload"]]


async def still_follows(live: Live, company: Company, id: str) -> None:
    """Fail unless the next message of the socket tells the subscription of a change."""
    await company.buy(PRO=1)
    message = await live.receive()
    assert (message["id"], message["type"]) == (id, "next"), message
    assert message["payload"]["data"]["seatCountsChanged"]["snapshot"] is False


async def test_a_query_and_a_mutation_answer_once(admin: Client, company: Company) -> None:
    async with admin.live() as live:
        assert await run(live, WHO) == {"data": {"viewer": {"user": {"email": "admin@example.com", "license": None}}}}
        assert await run(live, ADD) == {"data": {"addDomain": {"domain": {"name": "new.example.net"}}}}
        assert await Domain.filter(account_id=company.account_id, name="new.example.net").count() == 1


async def test_each_operation_reads_anew(standard: Client, company: Company) -> None:
    await company.buy(PRO=1)
    async with standard.live() as live:
        assert (await run(live, WHO))["data"]["viewer"]["user"]["license"] is None
        await company.assign(company.users[0], "PRO")
        assert (await run(live, WHO))["data"]["viewer"]["user"]["license"] == {"state": "ASSIGNED"}


async def test_a_field_error_is_part_of_the_answer(standard: Client) -> None:
    async with standard.live() as live:
        answer = await run(live, "{ account { cart { version } } }")
        assert (answer["data"], codes(answer)) == (None, ["NOT_PERMITTED"])


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"query": "subscription { seatCountsChanged { version"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "nonsense"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{" + "packages { code } " * DEFAULT_LIMITS.document_tokens + "}"}, "LIMIT_EXCEEDED"),
        ({"query": "{ nope }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "subscription { seatCountsChanged { nope } }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": SEATS, "variables": {"after": 5}}, "GRAPHQL_VALIDATION_FAILED"),
    ],
    ids=["cut off", "nonsense", "too long", "no such field", "no such field pushed", "bad variable"],
)
async def test_a_bad_operation_ends_itself_and_leaves_the_others_alive(
    admin: Client, company: Company, payload: dict[str, Any], code: str
) -> None:
    async with admin.live() as live:
        await live.subscribe(SEATS, id="good")
        await live.next()
        await live.send(type="subscribe", id="bad", payload=payload)
        assert await error_codes(live, "bad") == [code]
        await still_follows(live, company, "good")
        # The id is free again.
        await live.subscribe(WHO, id="bad")
        assert (await live.receive())["type"] == "next"


async def test_variables_of_a_query_that_do_not_fit_are_told_in_its_answer(admin: Client) -> None:
    async with admin.live() as live:
        answer = await run(live, "query ($key: ID!) { node(id: $key) { id } }", key=[])
        assert (answer["data"], codes(answer)) == (None, ["GRAPHQL_VALIDATION_FAILED"])


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"query": ""}, "BAD_REQUEST"),
        ({"query": "query A { packages { code } }", "operationName": "B"}, "BAD_REQUEST"),
        ({"query": "query A { packages { code } } query B { packages { code } }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "fragment F on Query { packages { code } }"}, "BAD_REQUEST"),
    ],
    ids=["empty", "unknown name", "two without a name", "no operation"],
)
async def test_a_document_without_the_one_operation_ends_itself(
    admin: Client, company: Company, payload: dict[str, Any], code: str
) -> None:
    async with admin.live() as live:
        await live.subscribe(SEATS, id="good")
        await live.next()
        await live.send(type="subscribe", id="bad", payload=payload)
        assert await error_codes(live, "bad") == [code]
        await still_follows(live, company, "good")


async def test_a_mutation_after_the_session_was_ended_changes_nothing(admin: Client) -> None:
    async with admin.live() as live:
        await admin.run("mutation { signOut { ok } }")
        async with nothing_changes():
            answer = await run(live, ADD)
        unauthenticated(answer, "addDomain", reason="REVOKED")
        assert await run(live, WHO) == {"data": {"viewer": None}}


async def test_signing_out_over_the_socket_ends_its_session(admin: Client) -> None:
    async with admin.live() as live:
        assert await run(live, "mutation { signOut { ok } }") == {"data": {"signOut": {"ok": True}}}
        assert await run(live, WHO) == {"data": {"viewer": None}}
    assert await admin.run(WHO) == {"viewer": None}


async def test_a_cookie_cannot_be_set_over_a_socket_and_the_token_stays_good(
    client: Client, company: Company
) -> None:
    token = await sign_in_token(company.administrator)
    async with client.live() as live:
        for session in ({"session": "COOKIE"}, {"session": None}, {}):
            async with nothing_changes():
                answer = await run(live, SIGN_IN, token=token, **session)
            assert (answer["data"], codes(answer)) == (None, ["BAD_REQUEST"])
            assert "HTTP" in answer["errors"][0]["message"]
        assert await Token.filter(used_at=None).count() == 1
        signed_in = (await run(live, SIGN_IN, token=token, session="BEARER"))["data"]["completeSignIn"]
    async with client.signed_in(signed_in["accessToken"]) as bearer:
        assert (await bearer.run(WHO))["viewer"]["user"]["email"] == "admin@example.com"


async def test_a_socket_that_nobody_signed_in_stays_nobody_s(client: Client, company: Company) -> None:
    token = await sign_in_token(company.administrator)
    async with client.live() as live:
        assert (await run(live, SIGN_IN, token=token, session="BEARER"))["data"]["completeSignIn"]["accessToken"]
        assert await run(live, WHO) == {"data": {"viewer": None}}


async def test_a_socket_carries_fifty_operations_at_once_and_no_more(admin: Client) -> None:
    async with admin.live() as live:
        for number in range(DEFAULT_LIMITS.socket_operations):
            await live.subscribe(SEATS, id=str(number))
            assert (await live.receive())["id"] == str(number)
        await live.subscribe(SEATS, id="one more")
        assert len(await error_codes(live, "one more")) == 1
        await live.send(type="complete", id="0")
        await live.subscribe(WHO, id="one more")
        assert (await live.receive())["type"] == "next"
    assert DEFAULT_LIMITS.socket_operations == 50


async def test_ids_of_operations_are_the_client_s_own(server_url: str, db: None) -> None:
    async with socket(server_url) as live:
        for id in ("", " ", "\x00", "é", "x" * 1_000):
            await live.subscribe("{ packages { code } }", id=id)
            message = await live.receive()
            assert (message["id"], message["type"]) == (id, "next")
            assert await live.receive() == {"type": "complete", "id": id}


@pytest.mark.parametrize("last", [None, "[]"], ids=["by the client", "by the server"])
async def test_a_socket_that_is_closed_just_before_an_answer_is_no_failure(
    admin: Client, caplog: pytest.LogCaptureFixture, last: str | None
) -> None:
    for wait in range(40):
        async with admin.live() as live:
            for id in ("1", "2", "3"):
                await live.subscribe('{ nodes(ids: ["nothing"]) { id } }', id=id)
            # An answer is made in some rounds of the loop; in one of these the closing comes just before it.
            for _ in range(wait):
                await asyncio.sleep(0)
            if last:
                await live.socket.send(last)
                await live.socket.wait_closed()
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
