"""The schema that is served: it breaks no promise, it is the exported one, and it documents itself."""

from pathlib import Path

import pytest
from graphql import ObjectTypeDefinitionNode, UnionTypeDefinitionNode, build_schema, print_ast, validate_schema

from tests.support.contract import broken_promises, interfaces, types_of, undescribed, union_members
from tests.support.schema import schema

HERE = Path(__file__).parent
CONTRACT = (HERE / "contract.graphql").read_text()
RELEASED = (HERE / "released.graphql").read_text()
SERVED = schema.as_str()

SMALL = """
"A thing." scalar Time
"A thing." interface Node { "A thing." id: ID! }
"A thing." type Box implements Node {
  "A thing." id: ID!
  "A thing." items("A thing." first: Int = 5, "A thing." kind: Kind = SMALL): [Item!]!
}
"A thing." type Item { "A thing." at: Time }
"A thing." enum Kind { "A thing." SMALL "A thing." LARGE }
"A thing." union Answer = Box | Item
"A thing." input Wanted { "A thing." name: String = "en", "A thing." sizes: [Int!]! }
"""


def test_everything_in_the_contract_is_served() -> None:
    assert broken_promises(CONTRACT, SERVED) == []


def test_nothing_breaks_against_the_last_release() -> None:
    assert broken_promises(RELEASED, SERVED) == [], "docs/releasing.md says what a client may rely on"


def test_the_last_release_is_a_whole_schema() -> None:
    assert validate_schema(build_schema(RELEASED)) == []
    assert broken_promises(CONTRACT, RELEASED) == []


def test_the_exported_schema_is_the_served_one() -> None:
    exported = (HERE.parent / "schema.graphql").read_text()
    assert exported.rstrip("\n") == SERVED.rstrip("\n"), "schema.graphql is out of date: run `make schema`"


def test_every_type_field_argument_and_value_is_described() -> None:
    assert undescribed(SERVED) == []


def test_every_mutation_has_its_input_and_its_payload_union() -> None:
    types = types_of(SERVED)
    mutation = types["Mutation"]
    assert isinstance(mutation, ObjectTypeDefinitionNode)
    odd = []
    for field in mutation.fields or ():
        name = field.name.value[0].upper() + field.name.value[1:]
        arguments = [f"{argument.name.value}: {print_ast(argument.type)}" for argument in field.arguments or ()]
        named_after_it = arguments == [f"input: {name}Input!"] and print_ast(field.type) == f"{name}Payload!"
        if not named_after_it or not isinstance(types.get(f"{name}Payload"), UnionTypeDefinitionNode):
            odd.append(field.name.value)
    # signOut takes nothing and cannot be refused.
    assert odd == ["signOut"]


def test_payloads_hold_one_success_and_otherwise_refusals() -> None:
    types = types_of(SERVED)
    payloads = {name: union_members(node) for name, node in types.items() if name.endswith("Payload")}
    successes = {
        name: [member for member in members if "BusinessError" not in interfaces(types[member])]
        for name, members in payloads.items()
    }
    assert {name: found for name, found in successes.items() if len(found) != 1} == {}
    assert {name for name, members in payloads.items() if len(members) < 2} == set()
    assert len(payloads) == 23


@pytest.mark.parametrize(
    ("was", "becomes", "broken"),
    [
        ("scalar Time", "enum Time { NOW }", "Time: is a enum_type_definition, not a scalar_type_definition"),
        ('"A thing." type Item { "A thing." at: Time }', "", "Item: missing"),
        ('"A thing." at: Time', "then: Time", "Item.at: missing"),
        ("at: Time", "at: Time!", "Item.at: Time!, not Time"),
        ("[Item!]!", "[Item]!", "Box.items: [Item]!, not [Item!]!"),
        ("first: Int = 5", "first: Int! = 5", "Box.items.first: Int!, not Int"),
        ("first: Int = 5", "first: Int = 6", "Box.items.first: = 6, not = 5"),
        ("first: Int = 5", "first: Int", "Box.items.first: = null, not = 5"),
        ("first: Int = 5", "last: Int", "Box.items.first: missing"),
        ("kind: Kind = SMALL", "kind: Kind = LARGE", "Box.items.kind: = LARGE, not = SMALL"),
        ("kind: Kind = SMALL", "kind: Kind = SMALL, other: Int!", "Box.items.other: added, and required"),
        ("LARGE", "HUGE", "Kind: no LARGE"),
        ("Box | Item", "Box", "Answer: no longer Item"),
        ("type Box implements Node", "type Box", "Box: does not implement Node"),
        ('name: String = "en"', 'name: String = "fr"', 'Wanted.name: = "fr", not = "en"'),
        ("sizes: [Int!]!", "sizes: [Int!]", "Wanted.sizes: [Int!], not [Int!]!"),
        ("sizes: [Int!]!", "sizes: [Int!]!, more: Int!", "Wanted.more: added, and required"),
    ],
)
def test_the_comparison_notices_each_kind_of_break(was: str, becomes: str, broken: str) -> None:
    assert was in SMALL
    assert broken in broken_promises(SMALL, SMALL.replace(was, becomes, 1))


def test_the_comparison_allows_what_is_added() -> None:
    more = SMALL.replace("Box | Item", "Box | Item | More") + "type More { id: ID }"
    more = more.replace("first: Int = 5", "first: Int = 5, last: Int, size: Int! = 1").replace(
        "LARGE }", "LARGE HUGE }"
    )
    assert broken_promises(SMALL, more) == []
    assert broken_promises("type A { b(c: Int): Int }", "type A { b(c: Int = null): Int }") == []


@pytest.mark.parametrize(
    ("described", "path"),
    [
        ('"A thing." scalar Time', "Time"),
        ('"A thing." at', "Item.at"),
        ('"A thing." first', "Box.items.first"),
        ('"A thing." LARGE', "Kind.LARGE"),
        ('"A thing." name', "Wanted.name"),
    ],
)
def test_a_missing_or_blank_description_is_noticed(described: str, path: str) -> None:
    assert described in SMALL
    assert undescribed(SMALL) == []
    assert undescribed(SMALL.replace(described, described.replace('"A thing."', ""))) == [path]
    assert undescribed(SMALL.replace(described, described.replace("A thing.", "  "))) == [path]
