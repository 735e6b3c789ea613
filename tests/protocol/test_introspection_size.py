"""The cost of introspection: counted by the schema's own size, found once, and kept."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from graphql import (
    GraphQLSchema,
    OperationDefinitionNode,
    ScalarTypeDefinitionNode,
    TypeDefinitionNode,
    build_schema,
    execute_sync,
    get_introspection_query,
    parse,
    print_ast,
)

import api.documents.introspection_cache
from api.documents.introspection_size import allowed_fields, full_query, measure_introspection
from api.limits import Limits
from models.events.seat_feed import Feed
from payments import make_provider
from tests.support.answers import codes
from tests.support.client import Client
from tests.support.company import Company
from tests.support.schema import schema
from tests.support.serving import serving

SERVED = schema.core
EVERYTHING: list[dict[str, Any]] = [
    {},
    {"descriptions": False},
    {"input_value_deprecation": True, "schema_description": True, "specified_by_url": True},
    {"directive_is_repeatable": True, "one_of": True, "experimental_directive_deprecation": True},
]
DESCRIPTIONS = " ".join(f"a{number}: description" for number in range(195))
WIDE = {
    "fields of the types of fields": "types { fields { type { ofType { fields { %s } } } } }",
    "fields of possible types": "types { possibleTypes { fields { %s } } }",
    "arguments": "types { fields { args { %s } } }",
    "input fields": "types { inputFields { %s } }",
    "values of enums": "types { enumValues { %s } }",
    "types": "types { %s }",
    "types again": "a: types { %s } b: types { ofType { name } }",
}


def wide(asked: str) -> str:
    """A document that asks for the same many times of all there is."""
    return f"{{ __schema {{ {asked.replace('%s', DESCRIPTIONS)} }} }}"


EVERY_FIELD_AGAIN = "{ " + " ".join(f"s{n}: __schema {{ types {{ fields {{ name }} }} }}" for n in range(50)) + " }"


def fanned_out(leaf: str) -> str:
    """A document whose fragments are each spread twice by the one before: the last has a million million places."""
    fragments = (f"fragment F{n} on __Type {{ ...F{n + 1} ...F{n + 1} }}" for n in range(40))
    return f"{{ __schema {{ types {{ ...F0 }} }} }} {' '.join(fragments)} fragment F40 on __Type {{ {leaf} }}"


def fields_of(answer: Any) -> int:
    """The fields that an answer has, and the items of its lists that have none."""
    if isinstance(answer, dict):
        return sum(1 + fields_of(each) for each in answer.values())
    if isinstance(answer, list):
        return sum(fields_of(each) if isinstance(each, dict | list) else 1 for each in answer)
    return 0


def counted(document: str, of: GraphQLSchema = SERVED) -> int:
    """How many fields a document is counted as."""
    read = parse(document)
    operation = read.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    return measure_introspection(of, read, operation).fields


def answered(document: str, of: GraphQLSchema = SERVED) -> int:
    """How many the answer has."""
    result = execute_sync(of, parse(document))
    assert result.errors is None
    return fields_of(result.data)


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The answers about the schema that were found, and not kept."""
    texts: list[str] = []
    execute = api.documents.introspection_cache.execute

    def noting(schema: GraphQLSchema, document: Any, **given: Any) -> Any:
        texts.append(print_ast(document))
        return execute(schema, document, **given)

    monkeypatch.setattr(api.documents.introspection_cache, "execute", noting)
    return texts


@pytest.fixture
async def own(feed: Feed, company: Company) -> AsyncIterator[Client]:
    """The administrator, at a server that has answered nothing."""
    limits = Limits(document_lines=999)
    async with serving(make_provider("sandbox"), feed, await company.access_token(), limits) as client:
        yield client


@pytest.mark.parametrize("options", EVERYTHING)
def test_the_usual_query_is_counted_to_the_last_field(options: dict[str, Any]) -> None:
    document = get_introspection_query(**options)
    assert counted(document) == answered(document)


@pytest.mark.parametrize(
    "document",
    [
        "{ __schema { __typename directives { __typename locations } } }",
        '{ __type(name: "User") { fields { name type { name ofType { name interfaces { name } } } } } }',
        '{ __type(name: "Nobody") { fields { name } } }',
        '{ __type(name: "BusinessError") { possibleTypes { name } enumValues { name } } }',
        "{ ...Q } fragment Q on Query { ... { __schema { ...S } } } fragment S on __Schema { queryType { name } }",
        "{ __schema { types { fields { args { name type { ofType { name } } } } inputFields { defaultValue } } } }",
    ],
)
def test_other_documents_are_counted_to_the_last_field(document: str) -> None:
    assert counted(document) == answered(document)


def test_what_is_deprecated_or_skipped_counts_and_a_type_of_any_name_as_the_largest() -> None:
    of = build_schema('type Query { a: Int b: Int @deprecated(reason: "x") } type Small { a: Int }')
    assert counted('{ __type(name: "Query") { fields { name } } }', of) == 2 + 2
    assert answered('{ __type(name: "Query") { fields { name } } }', of) == 2 + 1
    assert counted("query ($n: String!) { __type(name: $n) { fields(includeDeprecated: $n) { name } } }", of) > 2 + 2
    assert counted("{ __schema @skip(if: true) { queryType { name } } }", of) == 3


def test_counting_ends_at_what_is_allowed() -> None:
    assert counted(EVERY_FIELD_AGAIN) == allowed_fields(SERVED) + 1
    assert counted(wide(WIDE["fields of possible types"])) > 50_000


def test_what_is_asked_beside_it_is_not_counted_here() -> None:
    assert counted("{ packages { code } }") == 0
    document = "{ packages { code } __schema { types { name } } }"
    assert counted(document) == 2 + len(SERVED.type_map)


@pytest.mark.parametrize("options", EVERYTHING)
async def test_the_usual_query_is_answered(own: Client, found: list[str], options: dict[str, Any]) -> None:
    document = get_introspection_query(**options)
    expected = execute_sync(SERVED, parse(document)).data
    assert await own.run(document) == expected
    assert await own.run(document) == expected
    assert len(found) == 1


def test_it_is_answered_when_the_schema_has_grown_four_times() -> None:
    definitions = [
        node
        for node in parse(schema.as_str()).definitions
        if isinstance(node, TypeDefinitionNode) and not isinstance(node, ScalarTypeDefinitionNode)
    ]
    names = re.compile(rf"\b({'|'.join(node.name.value for node in definitions)})\b")
    copies = [
        # Each type once more, by another name.
        names.sub(lambda found: f"{found[0]}{number}", print_ast(node))  # noqa: B023
        for number in range(3)
        for node in definitions
    ]
    grown = build_schema("\n".join([schema.as_str(), *copies]))
    for options in EVERYTHING:
        document = get_introspection_query(**options)
        assert 3.5 * counted(document) < counted(document, grown) <= allowed_fields(grown)


@pytest.mark.parametrize("document", [*map(wide, WIDE.values()), EVERY_FIELD_AGAIN], ids=[*WIDE, "everything"])
async def test_more_than_that_is_refused(own: Client, found: list[str], document: str) -> None:
    allowed = allowed_fields(SERVED)
    answer = await own.post(document)
    assert [error["extensions"] for error in answer["errors"]] == [
        {"code": "LIMIT_EXCEEDED", "limit": "introspection", "asked": f"more than {allowed}", "allowed": allowed}
    ]
    assert found == []


async def test_all_of_it_is_to_be_had_once(own: Client) -> None:
    operation, *fragments = map(print_ast, parse(full_query()).definitions)
    selection = operation.partition("{")[2].rpartition("}")[0]
    answer = await own.post(f"{{ one: {selection} two: {selection} }} {' '.join(fragments)}")
    assert [error["extensions"]["limit"] for error in answer["errors"]] == ["introspection"]


async def test_beside_other_fields_little_is_to_be_had(own: Client, found: list[str]) -> None:
    names = "__schema { types { name } }"
    assert list(await own.run(f"{{ packages {{ code }} {names} }}")) == ["packages", "__schema"]
    answer = await own.post("{ packages { code } __schema { types { fields { name description isDeprecated } } } }")
    assert answer["errors"][0]["message"] == (
        "An operation asks for more than the 1000 fields of the schema that are allowed beside others."
        " Ask for them in an operation of its own."
    )
    assert found == []


async def test_an_answer_is_kept_for_each_of_what_was_asked(own: Client, found: list[str]) -> None:
    document = "query A($n: String!) { __type(name: $n) { name } } query B { __schema { queryType { name } } }"

    async def ask(name: str, **variables: Any) -> Any:
        body = {"query": document, "operationName": name, "variables": variables}
        return (await own.http.post("/graphql", json=body)).json()["data"]

    assert await ask("A", n="User") == {"__type": {"name": "User"}}
    assert await ask("A", n="License") == {"__type": {"name": "License"}}
    assert await ask("B") == {"__schema": {"queryType": {"name": "Query"}}}
    assert len(found) == 3
    # Variables that are not declared make no difference.
    assert await ask("A", n="User", other=1) == {"__type": {"name": "User"}}
    assert await ask("B", n="User") == {"__schema": {"queryType": {"name": "Query"}}}
    assert len(found) == 3


async def test_a_failure_is_told_and_not_kept(own: Client, found: list[str]) -> None:
    document = "query ($n: String!) { __type(name: $n) { name } }"
    for _ in range(2):
        assert codes(await own.post(document)) == ["GRAPHQL_VALIDATION_FAILED"]
    assert len(found) == 2


async def test_it_is_the_same_on_a_socket_and_in_a_stream_and_for_many_at_once(own: Client, found: list[str]) -> None:
    document = "{ __schema { types { name kind } } }"
    expected = execute_sync(SERVED, parse(document)).data
    answers = await asyncio.gather(*(own.run(document) for _ in range(10)))
    assert answers == [expected] * 10
    async with own.live() as live:
        await live.subscribe(document)
        assert await live.next() == expected
    events = await own.http.post("/graphql", json={"query": document}, headers={"accept": "text/event-stream"})
    assert f'"name":"{next(iter(SERVED.type_map))}"' in events.text
    assert len(found) == 1


async def test_it_costs_a_fifth_and_as_it_is_kept_what_it_takes_to_write(own: Client) -> None:
    async def cost(document: str) -> int:
        return int((await own.http.post("/graphql", json={"query": document})).headers["usher-cost"])

    document = full_query()
    assert await cost(document) == 1 + counted(document) // 5
    kept = (await own.http.post("/graphql", json={"query": document})).content
    assert await cost(document) == 1 + (len(kept) - len(b'{"data":}')) // 10_000
    beside = "{ packages { code } __schema { types { name } } }"
    assert await cost(beside) == 3 + counted(beside)


async def test_where_the_budget_is_small_it_is_to_be_had_all_the_same(feed: Feed, company: Company) -> None:
    limits = Limits(anonymous_cost_per_minute=1_000, cost_per_minute=900)
    async with serving(make_provider("sandbox"), feed, "", limits) as client:
        assert (await client.http.post("/graphql", json={"query": full_query()})).headers["usher-cost"] == "501"
        signed = client.signed_in(await company.access_token())
        again = full_query().replace("IntrospectionQuery", "Another")
        assert (await signed.http.post("/graphql", json={"query": again})).headers["usher-cost"] == "451"


@pytest.mark.parametrize("leaf", ["name", "__typename", "name @skip(if: true)"])
def test_fragments_that_fan_out_are_counted_once_as_they_are_answered(leaf: str) -> None:
    assert counted(fanned_out(leaf)) == 2 + len(SERVED.type_map)


async def test_fragments_that_fan_out_are_answered_like_the_last_of_them(own: Client) -> None:
    assert await own.run(fanned_out("name")) == await own.run("{ __schema { types { name } } }")
