"""Compiled programs answer as graphql-core does, on a schema that can be wrong in every way."""

from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

import pytest
import strawberry
from graphql import ExecutionResult, OperationDefinitionNode, parse
from strawberry.schema.config import StrawberryConfig
from strawberry.types import Info

from engine.breadth_first.errors import NotCompiledError
from engine.breadth_first.loaders import awaits_loaders_only
from engine.breadth_first.program import Program


class Refused(Exception):
    """A refusal that is expected."""


class Other(Exception):
    """One that is not."""


@strawberry.enum
class Colour(StrEnum):
    """Two colours."""

    RED = "r"
    BLUE = "b"


class Odd(int):
    """A value that may be serialized as null."""


@strawberry.interface
class Named:
    """An interface with a name."""

    name: str


@strawberry.type
class Leaf(Named):
    """Nothing below."""

    size: int
    note: str | None = None
    colour: Colour = Colour.RED
    price: Decimal = Decimal("1.50")
    tags: list[str] = strawberry.field(default_factory=list)
    odd: Odd | None = None


class Twin:
    """Has what a leaf has, and is none."""

    name, size = "twin", 1


@strawberry.type
class Tree(Named):
    """Something below, some of it wrong."""

    leaves: list[Leaf | None]
    best: Leaf | None = None

    @strawberry.field
    def wrong(self) -> int:
        """Too large."""
        return 2**40

    @strawberry.field
    async def refused(self) -> str:
        """Raises."""
        raise Other(self.name)

    @strawberry.field
    @awaits_loaders_only
    async def marked(self) -> str:
        """Waits for nothing."""
        return self.name.upper()

    @strawberry.field
    async def waited(self, info: Info) -> str:
        """Is not marked."""
        return f"{self.name} {info.context['who']}"


@strawberry.type
class No:
    """A refusal as an answer."""

    why: str


@strawberry.input
class Inner:
    """Inside of what is asked for."""

    count: int | None
    colour: Colour = Colour.BLUE


@strawberry.input
class Endless:
    """Holds itself."""

    inner: "Endless | None" = None


@strawberry.input
class Wish:
    """Asked for."""

    count: int
    inner: Inner | None
    tags: list[str] = strawberry.field(default_factory=list)
    colour: Colour = Colour.BLUE
    note: str | None = None


GOOD: Any = Leaf(name="good", size=1)
TREES: dict[str, Any] = {
    "good": Tree(name="good", leaves=[GOOD, None, Leaf(name="l", size=2, note="n", colour=Colour.BLUE)], best=GOOD),
    "null": Tree(name=None, leaves=[GOOD]),  # pyright: ignore[reportArgumentType]
    "inside": Tree(name="inside", leaves=[Leaf(name="x", size=None)]),  # pyright: ignore[reportArgumentType]
    "number": Tree(name=5, leaves=[]),  # pyright: ignore[reportArgumentType]
    "no list": Tree(name="n", leaves=7),  # pyright: ignore[reportArgumentType]
    "price": Tree(name="n", leaves=[Leaf(name="x", size=1, price=None)]),  # pyright: ignore[reportArgumentType]
    "tags": Tree(name="n", leaves=[Leaf(name="x", size=1, tags="ab")]),  # pyright: ignore[reportArgumentType]
    "odd": Tree(name="n", leaves=[Leaf(name="x", size=1, odd=Odd(1)), Leaf(name="y", size=1, odd=Odd(2))]),
    "no leaf": Tree(name="n", leaves=[], best=Twin()),  # pyright: ignore[reportArgumentType]
    "text": Tree(name="n", leaves=[Leaf(name="x", size="3", colour="b")]),  # pyright: ignore[reportArgumentType]
    "no colour": Tree(name="n", leaves=[Leaf(name="x", size=1, colour="green")]),  # pyright: ignore[reportArgumentType]
}


@strawberry.type
class Query:
    """Reads."""

    @strawberry.field
    def tree(self, which: str) -> Tree | None:
        """One tree."""
        return TREES[which]

    @strawberry.field
    def endless(self, given: Endless) -> str:
        """How it came."""
        return repr(given)

    @strawberry.field
    def trees(self, which: list[str]) -> list[Tree]:
        """Several."""
        return [TREES[each] for each in which]

    @strawberry.field
    def any(self, wrong: bool = False) -> list[Named]:
        """Of several types."""
        return [TREES["good"], GOOD, TREES["good"], *([No(why="no")] if wrong else [])]  # pyright: ignore[reportReturnType]


@strawberry.type
class Mutation:
    """Changes, which note that they were called."""

    @strawberry.mutation
    async def note(self, info: Info, name: str, tree: str = "good") -> Tree | None:
        """Shows a tree."""
        info.context["called"].append(name)
        if tree == "refused":
            raise Other(name)
        return TREES[tree]

    @strawberry.mutation
    async def wish(
        self, wish: Wish, more: list[Wish] | None = None
    ) -> Annotated[Leaf | No, strawberry.union("Wished")]:
        """Shows what was wished, or refuses."""
        if wish.count < 0:
            raise Refused(str(wish.count))
        return Leaf(name=repr((wish, more)), size=wish.count)


class Handler:
    """Makes answers of refusals."""

    exception_type = Refused
    error_type = No

    def handle(self, exception: Any, *, field: object, info: Any) -> No:  # noqa: ARG002
        """The refusal as an answer."""
        return No(why=f"{exception} {info.context['who']}")


ODD = strawberry.scalar(name="Odd", serialize=lambda value: None if value == 1 else value, parse_value=Odd)
SCHEMA = strawberry.Schema(
    Query,
    Mutation,
    types=[Leaf, Tree],
    config=StrawberryConfig(scalar_map={Odd: ODD}),
    exception_handlers=[Handler()],
)
TREE = "name leaves { __typename name size note colour price tags odd } best { size }"
QUERIES = [
    f"{{ trees(which: [{', '.join(chr(34) + name + chr(34) for name in names)}]) {{ {fields} }} }}"
    for names in ([], ["good"], ["good", "good"], *(["good", name] for name in TREES))
    for fields in (TREE, "name marked waited", "__typename")
]
GOODS = 'b: tree(which: "good") { best { name } }'
QUERIES += [f'{{ a: tree(which: "{name}") {{ {TREE} }} {GOODS} }}' for name in TREES]
QUERIES += [
    '{ tree(which: "good") { wrong } }',
    '{ tree(which: "good") { name refused } trees(which: []) { name } }',
    '{ tree(which: "unknown") { name } }',
    "{ any { __typename name ... on Leaf { size } ... on Tree { marked leaves { name } } } }",
    "{ any(wrong: true) { name } }",
    '{ tree(which: "good") { ...A best { name } } } fragment A on Named { name ... on Tree { best { size } } }',
]
MUTATIONS = [
    'mutation { a: note(name: "a") { name } b: note(name: "b", tree: "null") { name } c: note(name: "c") { name } }',
    'mutation { a: note(name: "a", tree: "refused") { name } b: note(name: "b") { best { name } } }',
    'mutation { a: note(name: "a") { name } b: note(name: "b", tree: "unknown") { name } }',
    """
    mutation { a: note(name: "a") { name } b: note(name: "b") { refused } ...C d: note(name: "d") { name } }
    fragment C on Mutation {
      a: note(name: "a") { best { size } }
      c: note(name: "c", tree: "inside") { leaves { size } }
    }
    """,
    'mutation { wish(wish: { count: 1, tags: ["a"], inner: { colour: RED } }) { ... on Leaf { name size } } }',
    "mutation { wish(wish: { count: 1 }, more: [{ count: 3, note: null, inner: {} }]) { ... on Leaf { name } } }",
    "mutation { a: wish(wish: { count: -1 }) { __typename ... on No { why } } }",
]


def program(document: str) -> Program:
    read = parse(document)
    operation = read.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    return Program(SCHEMA._schema, read, operation)


def context() -> dict[str, Any]:
    return {"who": "me", "called": []}


def told(result: Any) -> tuple[Any, list[Any]]:
    return result.data, [error.formatted for error in result.errors or []]


async def run(document: str, asking: dict[str, Any], afresh: Callable[[], Any]) -> ExecutionResult:
    return await program(document).bind(None).run(asking, afresh)


@pytest.mark.parametrize("document", QUERIES)
async def test_a_query(document: str) -> None:
    left: list[bool] = []
    own = await run(document, context(), lambda: left.append(True) or context())
    core = await SCHEMA.execute(document, context_value=context())
    assert told(own) == told(core)
    assert str(own.data) == str(core.data), "the order of the names is part of the answer"
    assert bool(left) == bool(core.errors)


@pytest.mark.parametrize("document", MUTATIONS)
async def test_a_mutation(document: str) -> None:
    own_context, core_context = context(), context()
    own = await run(document, own_context, lambda: own_context)
    core = await SCHEMA.execute(document, context_value=core_context)
    assert told(own) == told(core)
    assert str(own.data) == str(core.data)
    assert own_context["called"] == core_context["called"]


def test_something_goes_wrong_in_each_way() -> None:
    assert len(QUERIES) > 40
    assert len([document for document in QUERIES if '"null"' in document]) == 4


async def test_an_input_that_holds_itself_is_for_graphql_core() -> None:
    with pytest.raises(NotCompiledError, match="Endless"):
        program("{ endless(given: { inner: {} }) }").bind(None)


async def test_an_operation_that_would_be_very_large_is_for_graphql_core() -> None:
    fields = " ".join(f"a{number}: any {{ name }}" for number in range(900))
    with pytest.raises(NotCompiledError, match="size"):
        program(f"{{ {fields} }}").bind(None)
