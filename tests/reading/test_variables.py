"""Variables are coerced as graphql-core does it, whatever is given."""

from typing import Any

from graphql import GraphQLError, OperationDefinitionNode, build_schema, parse
from graphql.execution.values import VariableValues, get_variable_values
from hypothesis import given
from hypothesis import strategies as st

from engine.variables import UnusualError, Variables

SCHEMA = build_schema("""
    enum Color { RED GREEN }
    scalar Any
    input Inner { id: ID! names: [String!] = ["a"] flag: Boolean = true }
    input Outer { n: Int = 7 inner: Inner inners: [Inner!] color: Color note: String }
    input Itself { n: Int! more: [Itself!] }
    input One @oneOf { a: Int b: String }
    type Query { f(a: Outer, b: [Int!]!, c: Itself, d: One, e: Any, g: Plain): Int }
    input Plain { id: ID! key: String size: Int = 3 }
""")
DOCUMENT = parse(
    "query ($a: Outer, $b: [Int!]!, $c: Itself, $d: One, $e: Any, $g: Plain, $h: Boolean! = true, $i: [[ID]])"
    " { f(a: $a, b: $b, c: $c, d: $d, e: $e, g: $g) @include(if: $h) g: __typename }"
)
OPERATION = DOCUMENT.definitions[0]
assert isinstance(OPERATION, OperationDefinitionNode)
DEFINITIONS = OPERATION.variable_definitions or ()
NAMES = [definition.variable.name.value for definition in DEFINITIONS]

leaves = (
    st.none() | st.booleans() | st.integers(-(2**32), 2**32) | st.floats() | st.sampled_from(["", "a", "RED", "1"])
)
keys = st.sampled_from(
    ["id", "key", "size", "names", "flag", "n", "inner", "inners", "color", "note", "more", "a", "x"]
)
values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4))
plain = st.fixed_dictionaries({"id": st.text(max_size=2)}, optional={"key": leaves, "size": st.integers(0, 9)})


def told(found: VariableValues | list[GraphQLError] | None) -> object:
    """Values and what they were made of, as text, which tells true from one; None where they do not fit."""
    if not isinstance(found, VariableValues):
        return None
    return repr(found.coerced), {name: repr(source.value) for name, source in found.sources.items()}


@given(st.dictionaries(st.sampled_from([*NAMES, "unknown"]), values | plain))
def test_they_are_what_graphql_core_makes_of_them(given: dict[str, Any]) -> None:
    expected = get_variable_values(SCHEMA, DEFINITIONS, dict(given))
    found = Variables(SCHEMA, DEFINITIONS).coerced(given)
    assert told(found) == told(expected)


@given(plain, st.lists(st.integers(-(2**31), 2**31 - 1)))
def test_what_is_usual_is_not_left_to_it(one: dict[str, Any], numbers: list[int]) -> None:
    document = parse("query ($g: Plain!, $b: [Int!]!) { f(g: $g, b: $b) }").definitions[0]
    assert isinstance(document, OperationDefinitionNode)
    given = {"g": one, "b": numbers}
    definitions = document.variable_definitions or ()
    try:
        found = Variables(SCHEMA, definitions)._usual(given)
    except UnusualError:
        assert not isinstance(one.get("key"), str | None)
        return
    expected = get_variable_values(SCHEMA, definitions, given)
    assert told(found) == told(expected)


def test_a_default_that_can_be_changed_is_nobodys_but_one_callers() -> None:
    variables = Variables(SCHEMA, DEFINITIONS)
    given = {"a": {"inner": {"id": "1"}}, "b": [1]}
    first, second = (variables.coerced(given) for _ in range(2))
    assert isinstance(first, VariableValues)
    assert isinstance(second, VariableValues)
    assert first.coerced["a"]["inner"] == {"id": "1", "names": ["a"], "flag": True}
