"""How many fields an answer about the schema has, counted in the schema itself.

Each list of the introspection types is as long as it is in the served schema, so the count is that of the answer:
more only by what @skip leaves out, by fields that are selected twice, and by deprecated ones.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    SchemaMetaFieldDef,
    SelectionSetNode,
    StringValueNode,
    TypeMetaFieldDef,
    get_introspection_query,
    get_named_type,
    get_nullable_type,
    introspection_types,
    is_leaf_type,
    is_list_type,
    parse,
)

# So much more than all of it, once, as clients ask for it.
ALLOWANCE = 1.25
# What asks for other things as well is executed with them, while everybody else waits.
MOST_BESIDE_OTHERS = 1_000
FIELDS_OF_ONE = 5
ROOTS = {"__schema": SchemaMetaFieldDef, "__type": TypeMetaFieldDef}
INCLUDING_DEPRECATED = {"includeDeprecated": True}


class BeyondError(Exception):
    """There are more fields than are counted."""


@dataclass(frozen=True)
class Introspection:
    """The `fields` that an operation asks of the schema. `alone` says that it asks for nothing else.

    `allowed` is how many it may ask for; `fields` is beyond it where not all were counted.
    """

    fields: int
    alone: bool
    allowed: int

    @property
    def cost(self) -> int:
        """What it costs: a field of the schema takes less time than one of an answer, where all of them are."""
        return self.fields // FIELDS_OF_ONE if self.alone else self.fields

    @property
    def excess(self) -> GraphQLError | None:
        """The refusal of more than is allowed."""
        if self.fields <= self.allowed:
            return None
        text = f"An operation asks for more than the {self.allowed} fields of the schema that are allowed"
        return GraphQLError(
            f"{text}." if self.alone else f"{text} beside others. Ask for them in an operation of its own.",
            extensions={
                "code": "LIMIT_EXCEEDED",
                "limit": "introspection",
                "asked": f"more than {self.allowed}",
                "allowed": self.allowed,
            },
        )


NONE = Introspection(0, alone=False, allowed=0)


def measure_introspection(
    schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode
) -> Introspection:
    """What an operation of a valid document asks of the schema, at a cost that is bounded by what it may ask."""
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    roots = list(_fields(operation.selection_set, fragments))
    asked = [node for node in roots if node.name.value in ROOTS]
    if not asked:
        return NONE
    alone = all(node.name.value in ROOTS or node.name.value == "__typename" for node in roots)
    allowed = allowance(schema) if alone else MOST_BESIDE_OTHERS
    return Introspection(_count(schema, fragments, asked, allowed), alone, allowed)


@lru_cache(8)
def allowance(schema: GraphQLSchema) -> int:
    """How many fields of a schema may be asked for at once: all that the usual query asks for, and some more."""
    document = parse(full_query(), max_tokens=1_000)
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    operation = next(each for each in document.definitions if isinstance(each, OperationDefinitionNode))
    counting = _Counting(schema, fragments, None)
    return int(ALLOWANCE * sum(map(counting.root, _fields(operation.selection_set, fragments))))


def full_query() -> str:
    """The introspection query of GraphQL's reference implementation, with everything that it can ask for."""
    return get_introspection_query(
        descriptions=True,
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
        input_value_deprecation=True,
        experimental_directive_deprecation=True,
        one_of=True,
    )


def _count(
    schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode], asked: list[FieldNode], most: int
) -> int:
    counting = _Counting(schema, fragments, most)
    try:
        return sum(map(counting.root, asked))
    except BeyondError:
        return most + 1


def _fields(
    selections: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode], spread: set[str] | None = None
) -> Iterator[FieldNode]:
    """The fields of a selection, those of its fragments included: none of the introspection types is abstract.

    Each fragment once, as execution has it: fragments that spread each other twice would be met without end.
    """
    spread = set() if spread is None else spread
    for node in selections.selections:
        if isinstance(node, FieldNode):
            yield node
        elif isinstance(node, FragmentSpreadNode):
            if (name := node.name.value) not in spread:
                spread.add(name)
                yield from _fields(fragments[name].selection_set, fragments, spread)
        else:
            yield from _fields(node.selection_set, fragments, spread)  # pyright: ignore[reportAttributeAccessIssue]


class _Counting:
    """Counts each selection of each thing once, however often it is met; so never more than it finds."""

    def __init__(
        self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode], most: int | None
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._most = most
        self._info: Any = SimpleNamespace(schema=schema)
        self._selected: dict[int, tuple[int, list[_Inner]]] = {}
        self._counted: dict[tuple[int, int], int] = {}

    def root(self, node: FieldNode) -> int:
        """The fields that a root field brings. Raises BeyondError."""
        selections = node.selection_set
        if node.name.value == "__schema":
            return 1 + self._of(selections, introspection_types["__Schema"], self._schema)
        return 1 + max(
            (self._of(selections, introspection_types["__Type"], each) for each in self._named(node)), default=0
        )

    def _named(self, node: FieldNode) -> list[GraphQLNamedType]:
        """The types that `__type` may be of: all of them, where a variable says which."""
        value = node.arguments[0].value if node.arguments else None
        if not isinstance(value, StringValueNode):
            return list(self._schema.type_map.values())
        found = self._schema.get_type(value.value)
        return [found] if found else []

    def _of(self, selections: Any, type_: Any, source: Any) -> int:
        """The fields of a selection of one thing."""
        # Fields and the like come with their names, in a pair that is made anew each time.
        key = id(selections), id(source[1] if type(source) is tuple else source)
        if (found := self._counted.get(key)) is not None:
            return found
        if self._most is not None and len(self._counted) > self._most:
            raise BeyondError
        fields, inner = self._selection(selections, type_)
        for each in inner:
            value = each.definition.resolve(source, self._info, **each.arguments)
            if value is None:
                continue
            if each.selections is None:
                fields += len(value)
            elif each.is_list:
                fields += sum(self._of(each.selections, each.type, item) for item in value)
            else:
                fields += self._of(each.selections, each.type, value)
        self._counted[key] = fields
        return fields

    def _selection(self, selections: Any, type_: Any) -> "tuple[int, list[_Inner]]":
        """How many fields are selected, and those of them that bring more."""
        known = self._selected.get(id(selections))
        if known is None:
            nodes = list(_fields(selections, self._fragments))
            inner = [_inner(type_.fields[node.name.value], node) for node in nodes if node.name.value in type_.fields]
            known = len(nodes), [each for each in inner if each.selections is not None or each.is_list]
            self._selected[id(selections)] = known
        return known


@dataclass(frozen=True, slots=True)
class _Inner:
    """A field of an introspection type, with what is selected of it, if anything can be."""

    definition: Any
    arguments: Mapping[str, bool]
    selections: SelectionSetNode | None
    type: GraphQLObjectType | Any
    is_list: bool


def _inner(definition: GraphQLField, node: FieldNode) -> _Inner:
    type_ = get_named_type(definition.type)
    return _Inner(
        definition,
        INCLUDING_DEPRECATED if INCLUDING_DEPRECATED.keys() <= definition.args.keys() else {},
        None if is_leaf_type(type_) else node.selection_set,
        type_,
        is_list_type(get_nullable_type(definition.type)),
    )
