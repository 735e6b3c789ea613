"""The budget of cost of clients that have not signed in, by the network that they call from."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

import api.documents.cache
from api.limits import Limits
from models.events.seat_feed import Feed
from payments import make_provider
from tests.support.answers import codes
from tests.support.client import Client
from tests.support.company import Company
from tests.support.serving import serving
from tests.support.unchanged import nothing_changes

LIMIT = 100
PACKAGES = "{ packages { code } }"
HERE = "203.0.113.5"
ASK = 'mutation { requestSignIn(input: { email: "ann@example.com" }) { __typename } }'
FOLLOW = "subscription { seatCountsChanged { version } }"


@pytest.fixture
async def limited(feed: Feed, company: Company) -> AsyncIterator[Client]:
    """Nobody, on a server where a minute brings little."""
    limits = Limits(anonymous_cost_per_minute=LIMIT)
    async with serving(make_provider("sandbox"), feed, "", limits, get_queries=True) as client:
        yield client


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The documents that were parsed."""
    texts: list[str] = []
    parse = api.documents.cache.parse

    def noting(text: str, **given: Any) -> Any:
        texts.append(text)
        return parse(text, **given)

    monkeypatch.setattr(api.documents.cache, "parse", noting)
    return texts


async def ask(client: Client, document: str = PACKAGES, address: str = HERE, **headers: str) -> httpx2.Response:
    return await client.http.post(
        "/graphql", json={"query": document}, headers={"x-forwarded-for": address, **headers}
    )


async def spend_all(client: Client, address: str = HERE) -> None:
    """Use the budget up, to the last unit."""
    while (await ask(client, address=address)).status_code == 200:
        pass
    assert (
        (await ask(client, "{ nonsense }", address))
        .headers.get("ratelimit", "r=0")
        .partition(";t")[0]
        .endswith("r=0")
    )


async def test_an_answer_tells_what_is_left_to_the_address(limited: Client) -> None:
    await ask(limited, address="203.0.113.4")
    first, second = await ask(limited), await ask(limited)
    assert [answer.headers["usher-cost"] for answer in (first, second)] == ["20", "20"]
    assert first.headers["ratelimit-policy"] == f'"cost";q={LIMIT};w=60'
    assert second.headers["ratelimit"].startswith(f'"cost";r={LIMIT - 40};t=')
    elsewhere = await ask(limited, address="203.0.113.6")
    assert elsewhere.headers["ratelimit"].startswith(f'"cost";r={LIMIT - 20};t=')


async def test_reading_a_document_for_the_first_time_is_paid_for(limited: Client) -> None:
    # Seven words, and three lines.
    document = "{ packages\n{ code\nname } }"
    answers = [await ask(limited, document) for _ in range(2)]
    assert [answer.headers["usher-cost"] for answer in answers] == ["20", "20"]
    left = [answer.headers["ratelimit"].partition(";t=")[0] for answer in answers]
    assert left == [f'"cost";r={LIMIT - 30}', f'"cost";r={LIMIT - 50}']


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
async def test_over_it_nothing_is_run_and_the_client_is_told_when_to_come_back(limited: Client, accept: str) -> None:
    await spend_all(limited)
    async with nothing_changes():
        response = await ask(limited, ASK, accept=accept)
    assert response.status_code == 429
    assert response.headers["content-type"].split(";")[0] == accept
    assert 1 <= int(response.headers["retry-after"]) <= 120
    assert list(response.json()) == ["errors"]
    assert codes(response.json()) == ["RATE_LIMITED"]
    assert (await ask(limited, address="203.0.113.6")).status_code == 200


async def test_it_holds_whichever_way_a_call_comes(limited: Client, read: list[str]) -> None:
    await spend_all(limited)
    read.clear()
    by_get = await limited.http.get("/graphql", params={"query": PACKAGES}, headers={"x-forwarded-for": HERE})
    assert by_get.status_code == 429
    for accept in ("text/event-stream", "text/event-stream, application/json"):
        events = await ask(limited, FOLLOW, accept=accept)
        assert "RATE_LIMITED" in events.text
    assert read == []


async def test_a_socket_pays_from_its_address(limited: Client, read: list[str]) -> None:
    async with limited.live() as live:
        ids = json.dumps([str(number) for number in range(LIMIT - 1)])
        await live.subscribe(f"{{ nodes(ids: {ids}) {{ id }} }}", id="all")
        message = await live.receive()
        assert (message["type"], message["id"]) == ("error", "all")
        read.clear()
        for document in (PACKAGES, FOLLOW):
            await live.subscribe(document, id="more")
            refused = await live.receive()
            assert (refused["type"], refused["payload"][0]["extensions"]["code"]) == ("error", "RATE_LIMITED")
    assert read == []


async def test_nothing_is_read_for_who_has_nothing_left(limited: Client, read: list[str]) -> None:
    await spend_all(limited)
    read.clear()
    answers = [await ask(limited, f"{{ nonsense{number} }}") for number in range(5)]
    assert [answer.status_code for answer in answers] == [429] * 5
    assert read == []


async def test_what_is_refused_is_paid_for_with_what_is_left_and_more(limited: Client, read: list[str]) -> None:
    bad = "{ " + " ".join(f"x{number}" for number in range(50)) + " }"
    refused = await ask(limited, bad)
    assert codes(refused.json()) == ["GRAPHQL_VALIDATION_FAILED"] * 50
    # Fifty names and two brackets, one line, and five for each error.
    assert (refused.headers["usher-cost"], refused.headers["ratelimit"].partition(";t=")[0]) == ("303", '"cost";r=0')
    assert (await ask(limited, bad)).status_code == 429
    assert len(read) == 1


async def test_a_good_document_that_costs_more_than_is_left_is_read_once(limited: Client, read: list[str]) -> None:
    for _ in range(2):
        await ask(limited)
    read.clear()
    ids = ", ".join(f'"{number}"' for number in range(LIMIT))
    answers = [await ask(limited, f"{{ a{n}: nodes(ids: [{ids}]) {{ id }} }}") for n in range(9)]
    assert [answer.status_code for answer in answers] == [429] * 9
    assert len(read) == 1


async def test_a_credential_that_is_none_spends_of_the_address(limited: Client) -> None:
    signed = await ask(limited, authorization="Bearer nonsense")
    assert signed.headers["ratelimit-policy"] == f'"cost";q={LIMIT};w=60'
    await spend_all(limited, "203.0.113.7")
    assert (await ask(limited, PACKAGES, "203.0.113.7", authorization="Bearer nonsense")).status_code == 429


async def test_those_who_sign_in_from_there_have_a_budget_of_their_own(limited: Client, company: Company) -> None:
    await spend_all(limited)
    token = await company.access_token()
    answers = [
        await ask(limited, f"{{ viewer {{ a{n}: permissions }} }}", authorization=f"Bearer {token}") for n in (1, 2)
    ]
    assert [answer.status_code for answer in answers] == [200, 200]


IDS = json.dumps([str(number) for number in range(30)])
PEOPLE = "account { users(first: 100) { nodes { id email } } }"


@pytest.mark.parametrize(
    ("document", "cost"),
    [
        (f"{{ {PEOPLE} }}", 1),
        (f"{{ ...F }} fragment F on Query {{ ... {{ {PEOPLE} }} }}", 1),
        ("{ viewer { user { id email } permissions } packages { id } }", 3),
        ("{ rateLimit { cost limit } }", 1),
        (f"query {{ n: nodes(ids: {IDS}) {{ id }} }}", 31),
    ],
)
async def test_an_address_pays_for_what_it_can_be_answered(limited: Client, document: str, cost: int) -> None:
    answer = await ask(limited, document)
    assert answer.status_code == 200
    assert answer.headers["usher-cost"] == str(max(20, cost))
    # Fields that need a viewer are null, or the document is refused as a whole.
    data = answer.json()["data"]
    assert data is None or {data.get(name) for name in ("account", "viewer", "rateLimit")} == {None}
