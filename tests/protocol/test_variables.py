"""Variables that hold more than any call needs."""

import json
from typing import Any

import httpx2
import pytest

from api.documents.variable_size import VariableSize, measure_variables
from api.limits import DEFAULT_LIMITS, Limits
from models.events.seat_feed import Feed
from payments import make_provider
from tests.support.answers import codes
from tests.support.client import Client
from tests.support.company import Company
from tests.support.serving import serving
from tests.support.unchanged import nothing_changes

MOST = DEFAULT_LIMITS.variable_values
NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
FOLLOW = "subscription ($after: String) { seatCountsChanged(after: $after) { version } }"


def too_many(values: int, allowed: int = MOST) -> dict[str, Any]:
    """The refusal of so many values."""
    limit = {"limit": "variable values", "asked": str(values), "allowed": allowed}
    return {"code": "LIMIT_EXCEEDED", **limit}


def extensions(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """The extensions of the errors of an answer in which nothing was run."""
    assert list(answer) == ["errors"]
    return [error["extensions"] for error in answer["errors"]]


@pytest.mark.parametrize(
    ("variables", "size"),
    [
        (None, (0, 0)),
        ({}, (0, 0)),
        ({"a": None}, (1, 1)),
        ({"a": [], "b": {}}, (2, 1)),
        ({"a": [1, "two", None]}, (4, 2)),
        ({"rows": [{"n": number, "of": [1, 2]} for number in range(3)]}, (1 + 3 + 6 + 6, 4)),
    ],
)
def test_every_value_counts_and_how_far_they_nest(variables: Any, size: tuple[int, int]) -> None:
    assert measure_variables(variables) == VariableSize(*size)


async def test_wrong_items_are_told_up_to_fifty(client: Client) -> None:
    answer = await client.post("\n" * 980 + NODES, ids=[{}] * (MOST - 1))
    assert codes(answer) == ["GRAPHQL_VALIDATION_FAILED"] * 51
    assert answer["errors"][0]["locations"] == [{"line": 981, "column": 8}]
    assert answer["errors"][50]["message"].startswith("Too many errors processing variables")


async def test_a_thousand_rows_of_ten_fields_are_looked_at(client: Client) -> None:
    rows = [{f"field{number}": "x" for number in range(10)} for _ in range(1_000)]
    answer = await client.post("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=rows)
    assert set(codes(answer)) == {"GRAPHQL_VALIDATION_FAILED"}


async def test_more_than_is_allowed_is_refused_before_it_is_looked_at(client: Client) -> None:
    answer = await client.post(NODES, ids=[{}] * MOST)
    assert extensions(answer) == [too_many(MOST + 1)]
    assert answer["errors"][0]["message"] == f"The variables hold {MOST + 1} values; at most {MOST} are allowed."
    assert extensions(await client.post("{ packages { code } }", unknown=[[]] * MOST)) == [too_many(MOST + 1)]


async def test_nesting_is_limited(client: Client) -> None:
    deep: Any = "x"
    for _ in range(DEFAULT_LIMITS.variable_depth - 1):
        deep = [deep]
    assert codes(await client.post("{ packages { code } }", deep=deep)) == []
    (error,) = (await client.post("{ packages { code } }", deep={"inside": deep}))["errors"]
    assert error["extensions"] == {"code": "LIMIT_EXCEEDED", "limit": "variable depth", "asked": "21", "allowed": 20}
    assert error["message"] == "The variables are nested 21 deep; at most 20 is allowed."


async def test_the_limit_is_the_same_whichever_way_a_call_comes(feed: Feed, company: Company) -> None:
    token, limits = await company.access_token(), Limits(variable_values=3)
    async with (
        serving(make_provider("sandbox"), feed, token, limits, get_queries=True) as client,
        nothing_changes("allowances_spent"),
    ):
        for ids, refused in ([["a", "b"], False], [["a", "b", "c"], True]):
            variables = {"ids": ids}
            expected = too_many(4, 3) if refused else None
            by_post = await client.http.post("/graphql", json={"query": NODES, "variables": variables})
            parameters = {"query": NODES, "variables": json.dumps(variables)}
            by_get = await client.http.get("/graphql", params=parameters)
            events = await client.http.post(
                "/graphql",
                json={"query": NODES, "variables": variables},
                headers={"accept": "text/event-stream"},
            )
            assert told(by_post.json()) == told(by_get.json()) == told(event(events)) == expected
            async with client.live() as live:
                await live.subscribe(NODES, **variables)
                message = await live.receive()
                answer = message["payload"]
                assert told(answer if message["type"] == "next" else {"errors": answer}) == expected


async def test_a_subscription_is_held_to_it_too(feed: Feed, company: Company) -> None:
    async with serving(
        make_provider("sandbox"), feed, await company.access_token(), Limits(variable_values=3)
    ) as client:
        async with client.live() as live:
            await live.subscribe(FOLLOW, id="much", after=None, other=[1, 2])
            message = await live.receive()
            assert (message["type"], message["id"]) == ("error", "much")
            assert [error["extensions"] for error in message["payload"]] == [too_many(4, 3)]
            await live.subscribe(FOLLOW, id="little", after=None)
            assert list(await live.next()) == ["seatCountsChanged"]
        answer = await client.http.post(
            "/graphql",
            json={"query": FOLLOW, "variables": {"after": None, "other": [1, 2]}},
            headers={"accept": "text/event-stream"},
        )
        assert told(event(answer)) == too_many(4, 3)


async def test_many_values_cost_something(feed: Feed, company: Company) -> None:
    async with serving(make_provider("sandbox"), feed, await company.access_token()) as client:
        costs = []
        for number in (0, 18, 19, 1_000):
            body = {"query": "{ viewer { permissions } }", "variables": {"unused": [0] * number}}
            costs.append(int((await client.http.post("/graphql", json=body)).headers["usher-cost"]))
    assert costs == [2, 2, 3, 2 + 1_001 // 20]


def told(answer: dict[str, Any]) -> dict[str, Any] | None:
    """The extensions of the one error of an answer, if any."""
    errors = answer.get("errors", [])
    assert len(errors) <= 1
    return errors[0]["extensions"] if errors else None


def event(answer: httpx2.Response) -> dict[str, Any]:
    """The first result of a stream."""
    return json.loads(answer.text.partition("data: ")[2].partition("\n")[0])
