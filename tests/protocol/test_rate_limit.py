"""The budget of cost: told in every answer, and what happens when it is used up."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from api.limits import Limits
from models.events.seat_feed import Feed
from payments import make_provider
from tests.support.answers import codes
from tests.support.client import Client
from tests.support.company import Company
from tests.support.serving import serving
from tests.support.unchanged import nothing_changes

LIMIT = 201
POLL = "{ account { seatInventory { version } } }"
LEFT = "{ viewer { permissions } rateLimit { cost remaining limit accountLimit resetAt } }"
PAGE = "{ account { users(first: 10) { nodes { id email } } } }"
TOO_OFTEN = {"message": "Too often. Try again later.", "extensions": {"code": "RATE_LIMITED"}}


@pytest.fixture
async def limited(company: Company, feed: Feed) -> AsyncIterator[Client]:
    """An administrator on a server where a minute brings little."""
    token = await company.access_token()
    limits = Limits(cost_per_minute=LIMIT)
    async with serving(make_provider("sandbox"), feed, token, limits, origins=["https://app.example.com"]) as client:
        yield client


async def ask(client: Client, document: str = POLL, **headers: str) -> httpx2.Response:
    return await client.http.post("/graphql", json={"query": document}, headers=headers)


async def spend_all(client: Client) -> None:
    """Use the budget up, to the last unit that a poll fits in."""
    answers = [await ask(client) for _ in range(LIMIT // 3 + 1)]
    assert answers[-1].status_code == 429


def told(response: httpx2.Response) -> tuple[int, int, int]:
    """Cost, what is left, and the seconds until it is whole again, by the headers."""
    policy, limit = response.headers["ratelimit-policy"], response.headers["ratelimit"]
    assert policy == f'"cost";q={LIMIT};w=60'
    found = re.fullmatch(r'"cost";r=(\d+);t=(\d+)', limit)
    assert found is not None, limit
    return int(response.headers["usher-cost"]), int(found[1]), int(found[2])


async def test_every_answer_tells_what_it_cost_and_what_is_left(limited: Client) -> None:
    first = await ask(limited)
    assert told(first)[:2] == (3, LIMIT - 3)
    second = await ask(limited, PAGE)
    # account, users, and for each of ten rows: nodes, id, email.
    assert told(second)[:2] == (32, LIMIT - 35)
    third = await ask(limited, LEFT)
    shown = third.json()["data"]["rateLimit"]
    cost, left, seconds = told(third)
    assert (shown["cost"], shown["remaining"], shown["limit"]) == (cost, left, LIMIT) == (8, LIMIT - 43, LIMIT)
    assert shown["accountLimit"] == 3 * LIMIT
    ends = datetime.fromisoformat(shown["resetAt"])
    assert timedelta() < ends - datetime.now(UTC) <= timedelta(minutes=2)
    assert 0 < seconds <= 120


async def test_over_it_nothing_is_run_and_the_caller_is_told_when_to_come_back(limited: Client) -> None:
    await spend_all(limited)
    for accept in ("application/json", "application/graphql-response+json"):
        response = await ask(limited, accept=accept)
        assert response.status_code == 429
        assert response.headers["content-type"].split(";")[0] == accept
        (error,) = response.json()["errors"]
        assert list(response.json()) == ["errors"]
        retry_at = datetime.fromisoformat(error["extensions"].pop("retryAt"))
        assert error == TOO_OFTEN
        assert 1 <= int(response.headers["retry-after"]) <= 120
        assert datetime.now(UTC) < retry_at < datetime.now(UTC) + timedelta(minutes=2)


async def test_over_it_no_change_is_made(limited: Client, company: Company) -> None:
    await spend_all(limited)
    async with nothing_changes():
        response = await ask(limited, 'mutation { addDomain(input: { name: "new.example.net" }) { __typename } }')
    assert response.status_code == 429


async def test_what_is_refused_costs_what_it_took_to_look_at(limited: Client) -> None:
    # Three words, one line, and five for the error.
    assert told(await ask(limited, "{ nonsense }"))[:2] == (9, LIMIT - 9)
    assert told(await ask(limited, "{\n nonsense\n absurd\n}"))[:2] == (18, LIMIT - 27)
    # A choice that is none was read before, and costs one.
    assert told(await ask(limited, "query A { viewer { permissions } } query B { packages { id } }"))[0] == 1


@pytest.mark.parametrize(
    ("body", "code", "cost"),
    [
        # Up to its end, twelve characters.
        ({"query": "{ account { "}, "GRAPHQL_PARSE_FAILED", 4),
        ({"query": "{ packages { id } }" + " " * 20_000}, "LIMIT_EXCEEDED", 1),
        ({"query": PAGE, "operationName": "Other"}, "BAD_REQUEST", 1),
        ({"query": PAGE, "operationName": ""}, "BAD_REQUEST", 1),
        ({"query": PAGE, "variables": {"x": [0] * 12_000}}, "LIMIT_EXCEEDED", 601),
    ],
)
async def test_what_cannot_be_read_or_chosen_costs_something_too(
    limited: Client, body: dict[str, str], code: str, cost: int
) -> None:
    wrong = await limited.http.post("/graphql", json=body)
    assert codes(wrong.json()) == [code]
    assert told(wrong)[:2] == (cost, max(0, LIMIT - cost))
    await spend_all(limited)
    answers = [await limited.http.post("/graphql", json=body) for _ in range(4)]
    assert answers[-1].status_code == 429
    assert codes(answers[-1].json()) == ["RATE_LIMITED"]


async def test_what_no_budget_is_enough_for_is_too_much_and_not_too_often(limited: Client) -> None:
    response = await ask(limited, "{ account { users(first: 100) { nodes { id email } } } }")
    (error,) = response.json()["errors"]
    assert error["extensions"] == {"code": "LIMIT_EXCEEDED", "limit": "cost", "asked": "302", "allowed": LIMIT}


async def test_each_caller_has_a_budget_of_their_own(limited: Client, company: Company) -> None:
    await spend_all(limited)
    same_user = limited.signed_in(await company.access_token())
    assert (await ask(same_user)).status_code == 200
    nobody = Client(limited.url)
    async with nobody:
        response = await ask(nobody, "{ packages { code } rateLimit { cost } }")
        assert response.json()["data"]["rateLimit"] is None
        assert response.headers["ratelimit-policy"] == '"cost";q=30000;w=60'


async def test_operations_of_a_socket_are_charged_and_refused_one_by_one(limited: Client) -> None:
    follow = "subscription { seatCountsChanged { version } }"
    async with limited.live() as live:
        await live.subscribe(follow, id="first")
        assert (await live.receive())["id"] == "first"
        await spend_all(limited)
        await live.subscribe(POLL, id="poll")
        refused = await live.receive()
        assert (refused["type"], refused["id"]) == ("error", "poll")
        assert refused["payload"][0]["extensions"]["code"] == "RATE_LIMITED"
        await live.subscribe(follow, id="second")
        refused = await live.receive()
        assert (refused["id"], refused["payload"][0]["extensions"]["code"]) == ("second", "RATE_LIMITED")


async def test_a_stream_over_plain_http_is_refused_as_well(limited: Client) -> None:
    await spend_all(limited)
    response = await ask(limited, "subscription { seatCountsChanged { version } }", accept="text/event-stream")
    assert '"code":"RATE_LIMITED"' in response.text
    assert response.text.endswith("event: complete\ndata: \n\n")


async def test_callers_at_once_spend_no_more_than_there_is(limited: Client) -> None:
    answers = await asyncio.gather(*(ask(limited) for _ in range(100)))
    assert [answer.status_code for answer in answers].count(200) == LIMIT // 3


async def test_scripts_of_other_origins_may_read_the_headers(limited: Client) -> None:
    response = await ask(limited, origin="https://app.example.com")
    shown = response.headers["access-control-expose-headers"].split(", ")
    assert {"ratelimit", "ratelimit-policy", "retry-after", "usher-cost", "etag"} == set(shown)


def test_an_account_has_three_times_as_much_unless_told_and_no_more_than_can_be_told() -> None:
    assert Limits(cost_per_minute=7).account_cost_per_minute == 21
    assert Limits(cost_per_minute=7, account_cost_per_minute=10).account_cost_per_minute == 10
    most = 2**31 - 1
    assert Limits(cost_per_minute=most).account_cost_per_minute == most
    with pytest.raises(ValueError, match="cost_per_minute must be at most 2147483647"):
        Limits(cost_per_minute=most + 1)
