"""Documents that would cost the server more than they cost their sender."""

import pytest
from graphql import parse

from api.documents.complexity import limit_errors, measure
from api.limits import DEFAULT_LIMITS, Limits
from api.schema.ids import encode_id
from models.events.seat_feed import Feed
from payments import make_provider
from tests.support.answers import codes
from tests.support.client import Client
from tests.support.company import Company
from tests.support.schema import schema
from tests.support.serving import serving
from tests.support.unchanged import nothing_changes

MAX_CHARACTERS = DEFAULT_LIMITS.document_characters
MAX_COST = DEFAULT_LIMITS.document_cost
MAX_DEPTH = DEFAULT_LIMITS.document_depth


def refused(document: str) -> list[dict[str, object]]:
    """The limits that a document exceeds."""
    errors = limit_errors(measure(schema.core, parse(document)), DEFAULT_LIMITS)
    return [{key: (e.extensions or {})[key] for key in ("code", "limit", "asked", "allowed")} for e in errors]


def too_much(limit: str, asked: str, allowed: int) -> dict[str, object]:
    return {"code": "LIMIT_EXCEEDED", "limit": limit, "asked": asked, "allowed": allowed}


def fan_out(levels: int) -> str:
    """Fragments that spread the next one twice: as many paths as two to the power of the levels."""
    fragments = [
        f"fragment F{n} on User {{ a: license {{ user {{ ...F{n + 1} }} }} b: license {{ user {{ ...F{n + 1} }} }} }}"
        for n in range(levels)
    ]
    return f"{{ viewer {{ user {{ ...F0 }} }} }} {' '.join(fragments)} fragment F{levels} on User {{ id }}"


def nested(depth: int) -> str:
    """Fields inside one another, so many deep."""
    pairs = "license { user { " * ((depth - 3) // 2)
    return "{ viewer { user { " + pairs + "id " + "} } " * ((depth - 3) // 2) + "} } }"


async def test_a_short_document_that_fans_out_without_end_is_refused(client: Client) -> None:
    document = fan_out(18)
    async with nothing_changes():
        answer = await client.post(document)
    assert "data" not in answer
    limits = {error["extensions"]["limit"]: error["extensions"]["asked"] for error in answer["errors"]}
    # Level n costs 4 + 2 times level n + 1, and the innermost 1: 2^18 * 5 - 4, inside two fields.
    assert limits["cost"] == str(5 * 2**18 - 4 + 2)


def test_a_fan_out_of_any_height_is_measured_in_one_pass() -> None:
    assert too_much("cost", "more than 10^12", MAX_COST) in refused(fan_out(60))


def test_a_field_costs_one_times_the_pages_it_lies_in() -> None:
    page = "{{ account {{ users(first: {size}) {{ nodes {{ id email license {{ id }} }} }} }} }}"
    # account, users, and for each of the rows: nodes, id, email, license, id.
    assert refused(page.format(size=100)) == []
    inner = "users(first: 100) { nodes { license { user { license { user { email } } } } } }"
    doubled = "{ account { " + " ".join(f"p{n}: {inner}" for n in range(18)) + " } }"
    assert refused(doubled) == [too_much("cost", str(1 + 18 * (1 + 100 * 6)), MAX_COST)]


@pytest.mark.parametrize(
    ("arguments", "rows"), [("", 50), ("(first: 40)", 40), ("(last: 60)", 60), ("(first: $size)", 100)]
)
def test_a_page_counts_as_what_is_asked_for_or_the_most_there_can_be(arguments: str, rows: int) -> None:
    pages = " ".join(f"p{n}: licenses{arguments} {{ nodes {{ id }} }}" for n in range(5000 // rows + 1))
    document = f"query ($size: Int) {{ account {{ {pages} }} }}"
    number = 5000 // rows + 1
    assert refused(document) == [too_much("cost", str(1 + number * (1 + 2 * rows)), MAX_COST)]


def test_nodes_counts_its_ids_and_a_connections_nodes_counts_once() -> None:
    assert refused('{ nodes(ids: ["a", "b"]) { id ... on User { email } } }') == []
    wide = " ".join(f"n{n}: id" for n in range(120))
    assert refused(f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ {wide} }} }}") == [
        too_much("cost", str(1 + 100 * 120), MAX_COST)
    ]


@pytest.mark.parametrize("size", ["-2000000000", "-1", "9" * 5000])
def test_a_size_that_is_none_takes_nothing_off_the_rest_and_fails_nobody(size: str) -> None:
    # Skipped, a page of less than nothing is never refused, and would pay for what stands beside it.
    less = f"users(first: {size}) @skip(if: true) {{ nodes {{ id }} }}"
    pages = " ".join(f"p{n}: users(first: 100) {{ nodes {{ id }} }}" for n in range(50))
    assert refused(f"{{ account {{ {less} }} }}") == []
    assert refused(f"{{ account {{ {less} {pages} }} }}") == [too_much("cost", str(1 + 51 * 201), MAX_COST)]


def test_depth_is_limited() -> None:
    assert refused(nested(MAX_DEPTH - 1)) == []
    assert refused(nested(MAX_DEPTH + 1)) == [too_much("depth", str(MAX_DEPTH + 1), MAX_DEPTH)]


def test_aliases_are_counted_along_every_path() -> None:
    aliases = " ".join(f"a{n}: id" for n in range(50))
    document = "{{ viewer {{ user {{ {spreads} }} }} }} fragment F on User {{ {aliases} }}"
    assert refused(document.format(spreads="...F " * 4, aliases=aliases)) == []
    assert refused(document.format(spreads="...F " * 5, aliases=aliases)) == [too_much("aliases", "250", 200)]


def test_fields_that_stand_there_again_are_counted_through_inline_fragments() -> None:
    document = "{{ viewer {{ user {{ {again} }} }} }}"
    assert refused(document.format(again="id " * 51)) == []
    assert refused(document.format(again="... on User { id } " * 52)) == [too_much("repeats", "51", 50)]
    spread_over_all = "id " * 26 + "} account { " + "name " * 27
    assert refused(document.format(again=spread_over_all)) == [too_much("repeats", "51", 50)]


def test_directives_are_counted_wherever_they_stand() -> None:
    flood = "@skip(if: false) " * 10
    document = f"query {flood} {{ viewer {flood} {{ ...F {flood} ... {flood} {{ permissions }} }} }}"
    assert refused(f"{document} fragment F on Viewer {flood} {{ permissions }}") == []
    assert refused(f"{document} fragment F on Viewer {flood} {{ permissions @skip(if: false) }}") == [
        too_much("directives", "51", 50)
    ]


async def test_what_is_too_large_is_not_validated(client: Client) -> None:
    answer = await client.post("{ nonsense " + "code " * 60 + "}")
    assert [error["extensions"] for error in answer["errors"]] == [too_much("repeats", "59", 50)]


async def test_limits_are_those_of_the_settings(feed: Feed, db: None) -> None:
    limits = Limits(document_cost=3, body_bytes=100)
    async with serving(make_provider("sandbox"), feed, "", limits) as client:
        assert codes(await client.post("{ packages { code } }")) == []
        answer = await client.post("{ packages { code name tier } }")
        assert [error["extensions"] for error in answer["errors"]] == [too_much("cost", "4", 3)]
        response = await client.http.post("/graphql", json={"query": "{ packages { code } }" + " " * 100})
        assert response.status_code == 413
        assert response.json()["errors"] == [
            {
                "message": "The body is too large: at most 100 bytes are allowed.",
                "extensions": {"code": "LIMIT_EXCEEDED"},
            }
        ]


def test_fragments_that_spread_themselves_end() -> None:
    assert refused("{ viewer { user { ...A } } } fragment A on User { id ...B } fragment B on User { id ...A }") == []


def test_directives_on_variables_are_counted() -> None:
    declared = "$a: ID = null " + "@skip(if: true) " * 51
    assert refused(f"query ({declared}) {{ packages {{ code }} }}") == [too_much("directives", "51", 50)]


def test_a_list_without_pages_counts_as_many_rows_as_there_can_be() -> None:
    assert refused("{ account { domains { name } } }") == []
    many = " ".join(f"d{n}: domains {{ id }}" for n in range(100))
    assert refused(f"{{ account {{ {many} }} }}") == [too_much("cost", str(1 + 100 * 101), MAX_COST)]


async def test_a_document_of_too_many_lines_is_refused(client: Client) -> None:
    answer = await client.post("\n" * 1000 + "{ packages { code } }")
    assert [error["extensions"] for error in answer["errors"]] == [too_much("lines", "1001", 1000)]


async def test_at_most_a_hundred_errors_are_told(client: Client, company: Company) -> None:
    standard = client.signed_in(await company.access_token(company.users[0]))
    ids = [encode_id("Account", company.account_id)] * 100
    document = "query ($ids: [ID!]!) { a: nodes(ids: $ids) { ...F } b: nodes(ids: $ids) { ...F } }"
    answer = await standard.post(document + " fragment F on Account { users(first: 1) { totalCount } }", ids=ids)
    assert codes(answer) == ["NOT_PERMITTED"] * 100 + ["LIMIT_EXCEEDED"]
    assert answer["errors"][-1]["message"] == "100 more errors are left out."


async def test_a_long_document_is_refused_before_anything_reads_it(client: Client) -> None:
    comment = "#" + "x" * MAX_CHARACTERS + "\n"
    answer = await client.post(comment + "{ packages { code } }")
    asked = str(len(comment) + len("{ packages { code } }"))
    assert [error["extensions"] for error in answer["errors"]] == [too_much("length", asked, MAX_CHARACTERS)]


async def test_a_name_that_would_take_long_to_compose_is_refused_by_its_length(client: Client) -> None:
    marks = "\u0345\u0301" * 40_000
    async with nothing_changes():
        answer = await client.mutate(
            "openAccount",
            "... on InvalidInputError { fields { path message } }",
            companyName=marks,
            email="new@example.net",
            firstName="Ann",
            lastName="Example",
        )
    assert answer["fields"] == [{"path": ["companyName"], "message": "At most 200 characters."}]


async def test_an_origin_that_is_none_is_another_site(client: Client) -> None:
    response = await client.http.post(
        "/graphql", json={"query": "{ packages { code } }"}, headers={"origin": "http://["}
    )
    assert response.status_code == 200
    assert len(response.json()["data"]["packages"]) == 3
