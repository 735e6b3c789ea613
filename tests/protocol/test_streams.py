"""Subscriptions over plain HTTP: server-sent events as graphql-sse reads them, and Apollo's multipart format."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx2
import pytest

from api.http import streaming
from api.http.streaming import NO_STREAM_LISTED
from api.limits import Limits
from api.schema import subscription
from models.events.seat_feed import FOLLOWERS, Feed
from payments import make_provider
from tests.support.answers import not_signed_in
from tests.support.client import Client
from tests.support.company import Company
from tests.support.outage import outage
from tests.support.seats_feed import NOTHING_BOUGHT, SEATS
from tests.support.serving import serving
from tests.support.streams import EVENTS, PARTS, streamed
from tests.support.waiting import until, until_told

PACKAGES = "{ packages { code } }"
THREE = '{"data":{"packages":[{"code":"ECO"},{"code":"ADVANCED"},{"code":"PRO"}]}}'
VERSION = "subscription { seatCountsChanged { version snapshot } }"
COMPLETE = "event: complete\ndata: \n\n"
NOBODY = '{"errors":[{"message":"Sign in first.","extensions":{"code":"UNAUTHENTICATED","reason":"MISSING"}}]}'
# The Accept header that urql 5 sends with queries.
URQL = (
    "application/graphql-response+json, application/graphql+json, application/json,"
    " text/event-stream, multipart/mixed"
)
TWO = "subscription A { seatCountsChanged { version } } query B { packages { code } }"
MANY = "subscription { " + " ".join(f"a{n}: seatCountsChanged {{ version }}" for n in range(201)) + " }"
DEEP = "subscription { seatCountsChanged { pools { package { unitPrice { amount } } } } }"
ADD = "mutation ($input: AddDomainInput!) { addDomain(input: $input) { __typename } }"


@pytest.fixture
async def few(company: Company, feed: Feed) -> AsyncIterator[Client]:
    """The administrator, on a server that has room for two connections."""
    limits = Limits(caller_sockets=2, document_depth=3)
    async with serving(make_provider("sandbox"), feed, await company.access_token(), limits) as client:
        yield client


async def test_each_change_is_an_event_as_it_commits(admin: Client, company: Company) -> None:
    async with streamed(admin, SEATS) as stream:
        assert stream.response.status_code == 200
        headers = stream.response.headers
        assert (headers["content-type"], headers["cache-control"]) == (EVENTS, "no-store, no-transform")
        version, snapshot, counts = await stream.next_update()
        assert (snapshot, counts) == (True, NOTHING_BOUGHT)
        await company.buy(PRO=2)
        assert await stream.next_update() == (version + 3, False, {"PRO": (2, 0, 0)})
        await company.assign(company.users[0], "PRO")
        assert await stream.next_update() == (version + 4, False, {"PRO": (2, 1, 0)})


async def test_what_was_missed_comes_first(admin: Client, company: Company) -> None:
    await company.buy(PRO=1)
    async with streamed(admin, SEATS, after="0") as stream:
        assert (await stream.next_update())[1:] == (False, {"PRO": (1, 0, 0)})


async def test_frames_are_those_of_the_protocol_to_the_byte(client: Client) -> None:
    async with streamed(client, VERSION) as stream:
        text = await stream.rest()
    assert text == f"event: next\ndata: {NOBODY}\n\n{COMPLETE}"


@pytest.mark.parametrize("accept", [EVENTS, "text/event-stream, multipart/mixed", "text/event-stream;q=0.5, */*"])
async def test_a_query_is_one_event_for_who_reads_events(client: Client, accept: str) -> None:
    async with streamed(client, PACKAGES, accept) as stream:
        assert (stream.response.status_code, stream.response.headers["content-type"]) == (200, EVENTS)
        assert await stream.rest() == f"event: next\ndata: {THREE}\n\n{COMPLETE}"


async def test_a_mutation_is_one_event_for_who_reads_events(admin: Client) -> None:
    async with streamed(admin, ADD, input={"name": "new.example.com"}) as stream:
        assert await stream.next() == {"data": {"addDomain": {"__typename": "DomainAdded"}}}
        assert await stream.rest() == COMPLETE


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("subscription { nope }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription {", "GRAPHQL_PARSE_FAILED"),
        ("{ nope }", "GRAPHQL_VALIDATION_FAILED"),
        (TWO, "GRAPHQL_VALIDATION_FAILED"),
        ("#" * 20_001 + VERSION, "LIMIT_EXCEEDED"),
        (MANY, "LIMIT_EXCEEDED"),
    ],
)
async def test_what_is_not_run_is_an_event_with_its_errors(admin: Client, document: str, code: str) -> None:
    async with streamed(admin, document) as stream:
        assert (stream.response.status_code, stream.response.headers["content-type"]) == (200, EVENTS)
        result = await stream.next()
        assert list(result) == ["errors"]
        assert {error["extensions"]["code"] for error in result["errors"]} == {code}
        assert await stream.rest() == COMPLETE


async def test_a_standard_user_may_not_listen(standard: Client) -> None:
    for accept, read in ((EVENTS, "next"), (PARTS, "part")):
        async with streamed(standard, VERSION, accept) as stream:
            if read == "part":
                await stream.until("--graphql")
            told = await getattr(stream, read)()
            (error,) = told.get("payload", told)["errors"]
            assert error["extensions"] == {"code": "NOT_PERMITTED", "requires": "VIEW_INVENTORY"}


async def test_apollos_clients_get_parts(admin: Client, company: Company) -> None:
    async with streamed(admin, SEATS, PARTS) as stream:
        content_type = stream.response.headers["content-type"]
        assert content_type == 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0'
        await stream.until("--graphql")
        first = await stream.part()
        assert list(first) == ["payload"]
        assert first["payload"]["data"]["seatCountsChanged"]["snapshot"] is True
        await company.buy(PRO=1)
        second = (await stream.part())["payload"]["data"]["seatCountsChanged"]
        assert (second["snapshot"], second["pools"][0]["purchased"]) == (False, 1)


async def test_parts_end_as_multipart_bodies_do(client: Client) -> None:
    async with streamed(client, VERSION, PARTS) as stream:
        text = await stream.rest()
    part = f'Content-Type: application/json\r\n\r\n{{"payload":{NOBODY}}}'
    assert text == f"--graphql\r\n{part}\r\n--graphql--\r\n"


@pytest.mark.parametrize("accept", [PARTS, URQL, "application/json, text/event-stream", "text/event-stream;q=0"])
async def test_a_query_is_json_for_who_reads_json(client: Client, accept: str) -> None:
    async with streamed(client, PACKAGES, accept) as stream:
        assert stream.response.headers["content-type"].partition(";")[0] in streaming.JSON_TYPES
        assert await stream.rest() == THREE


@pytest.mark.parametrize(
    "accept", ["*/*", "application/json", "multipart/mixed", "multipart/mixed;deferSpec=1", "text/event-stream;q=0"]
)
async def test_a_subscription_is_refused_where_no_stream_is_asked_for(admin: Client, accept: str) -> None:
    async with streamed(admin, VERSION, accept) as stream:
        assert stream.response.status_code == 400
        assert NO_STREAM_LISTED in await stream.rest()
    plain = await admin.http.post("/graphql", json={"query": VERSION})
    assert plain.json()["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("text/event-stream, application/json;q=0.5", EVENTS),
        (URQL, EVENTS),
        ("application/json, text/event-stream;q=0.1", EVENTS),
        (f"{PARTS}, application/graphql-response+json, application/json", "multipart/mixed"),
        (f"text/event-stream;q=0.2, {PARTS}", "multipart/mixed"),
        (f"text/event-stream, {PARTS}", EVENTS),
        (f"{PARTS}, text/event-stream", "multipart/mixed"),
        ("multipart/mixed;subscriptionSpec=1.0;q=0, text/event-stream;q=0.1", EVENTS),
    ],
)
async def test_a_subscription_is_answered_by_the_stream_that_is_listed_whatever_else_is(
    admin: Client, accept: str, media_type: str
) -> None:
    async with streamed(admin, VERSION, accept) as stream:
        assert stream.response.status_code == 200
        assert stream.response.headers["content-type"].partition(";")[0] == media_type


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"query": 7}', b"{}"])
async def test_a_body_that_is_no_request_is_refused_in_json(http: httpx2.AsyncClient, content: bytes) -> None:
    headers = {"accept": EVENTS, "content-type": "application/json"}
    response = await http.post("/graphql", content=content, headers=headers)
    assert (response.status_code, response.headers["content-type"]) == (400, "application/json")
    assert response.json()["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}


@pytest.mark.parametrize(("accept", "beat"), [(EVENTS, ":\n\n"), (PARTS, "{}\r\n--graphql")])
async def test_something_comes_though_nothing_changes(
    admin: Client, monkeypatch: pytest.MonkeyPatch, accept: str, beat: str
) -> None:
    monkeypatch.setattr(streaming, "BEAT_EVERY", 0.05)
    async with streamed(admin, VERSION, accept) as stream:
        await stream.until("snapshot")
        for _ in range(3):
            await stream.until(beat)


async def test_who_goes_away_is_followed_no_more(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscription, "CHECK_SESSION_EVERY", 1000.0)
    await until(lambda: FOLLOWERS._value.get() == 0)
    async with streamed(admin, VERSION) as stream:
        await stream.next()
        assert FOLLOWERS._value.get() == 1
    await until(lambda: FOLLOWERS._value.get() == 0)


async def test_who_reads_nothing_any_more_is_cut_off(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscription, "CHECK_SESSION_EVERY", 1000.0)
    monkeypatch.setattr(streaming, "BEAT_EVERY", 0.0)
    monkeypatch.setattr(streaming, "TAKEN_WITHIN", 0.2)
    # Much, so that what the two sides' kernels keep is soon full.
    monkeypatch.setattr(streaming, "EVENTS", replace(streaming.EVENTS, beat=":" + "x" * 1_000_000 + "\n\n"))
    await until(lambda: FOLLOWERS._value.get() == 0)
    async with streamed(admin, VERSION):
        await until(lambda: FOLLOWERS._value.get() == 1)
        await until(lambda: FOLLOWERS._value.get() == 0)


async def test_a_session_that_is_ended_hears_no_further_change(
    admin: Client, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscription, "CHECK_SESSION_EVERY", 0.05)
    async with streamed(admin, VERSION) as stream, streamed(admin, VERSION, PARTS) as parts:
        await stream.next()
        await parts.until("--graphql")
        await parts.part()
        await admin.run("mutation { signOut { ok } }")
        (error,) = (await stream.next())["errors"]
        assert error["extensions"] == not_signed_in("REVOKED")
        assert await stream.rest() == COMPLETE
        (error,) = (await parts.part())["payload"]["errors"]
        assert error["extensions"] == not_signed_in("REVOKED")
        assert await parts.rest() == "--\r\n"


async def test_an_outage_ends_a_stream_without_its_end_so_that_clients_ask_again(
    admin: Client, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscription, "CHECK_SESSION_EVERY", 0.05)
    async with streamed(admin, VERSION) as stream, streamed(admin, VERSION, PARTS) as parts:
        await stream.next()
        await parts.until("--graphql")
        await parts.part()
        async with outage():
            assert await stream.rest() == ""
            assert await parts.rest() == ""
            async with streamed(admin, VERSION) as refused:
                assert (refused.response.status_code, refused.response.headers["retry-after"]) == (503, "2")
                assert '"code":"UNAVAILABLE"' in await refused.rest()


async def test_streams_count_among_the_connections_of_an_address(few: Client) -> None:
    async with streamed(few, VERSION) as first:
        await first.next()
        async with few.live(), streamed(few, VERSION) as third:
            assert (third.response.status_code, third.response.headers["retry-after"]) == (429, "10")
            refused = '{"errors":[{"message":"Too many connections: at most 2 of one address are allowed.",'
            assert await third.rest() == refused + '"extensions":{"code":"LIMIT_EXCEEDED"}}]}'
        # A client that is gone has left its place.
        await until_told(lambda: follows(few))


async def follows(client: Client) -> bool:
    """Whether one more may follow; its place is free again afterwards."""
    async with streamed(client, VERSION) as stream:
        return stream.response.status_code == 200


async def test_the_limits_on_documents_hold(few: Client) -> None:
    async with streamed(
        few, "subscription { seatCountsChanged { pools { package { unitPrice { amount } } } } }"
    ) as s:
        (error,) = (await s.next())["errors"]
        assert error["extensions"] == {"code": "LIMIT_EXCEEDED", "limit": "depth", "asked": "5", "allowed": 3}
