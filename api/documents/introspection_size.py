"""The number of fields of an introspection result, counted in the schema itself.

Each list of the introspection types is as long as in the served schema, so the count is that of the result. It is
higher only by fields that @skip leaves out, that are selected twice, or that are deprecated.
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

# The limit, as a multiple of the fields that the usual introspection query selects.
ALLOWANCE = 1.25
# Beside other fields it is executed with them, and blocks the event loop.
MOST_BESIDE_OTHERS = 1_000
FIELDS_OF_ONE = 5
ROOTS = {"__schema": SchemaMetaFieldDef, "__type": TypeMetaFieldDef}
INCLUDING_DEPRECATED = {"includeDeprecated": True}


class TooManyFieldsError(Exception):
    """There are more fields than are allowed."""


@dataclass(frozen=True)
class Introspection:
    """The introspection `fields` of an operation. `alone` is set if it selects nothing else.

    `allowed` is the limit; `fields` is one more if not all were counted.
    """

    fields: int
    alone: bool
    allowed: int

    @property
    def cost(self) -> int:
        """The cost of the fields: alone, each takes less time than a field of another operation."""
        return self.fields // FIELDS_OF_ONE if self.alone else self.fields

    @property
    def error(self) -> GraphQLError | None:
        """The error of an operation that selects more than is allowed."""
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
    """Measure the introspection of an operation of a valid document, in time that the limit bounds."""
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    roots = list(_fields(operation.selection_set, fragments))
    introspection = [node for node in roots if node.name.value in ROOTS]
    if not introspection:
        return NONE
    alone = all(node.name.value in ROOTS or node.name.value == "__typename" for node in roots)
    allowed = allowed_fields(schema) if alone else MOST_BESIDE_OTHERS
    return Introspection(_count(schema, fragments, introspection, allowed), alone, allowed)


@lru_cache(8)
def allowed_fields(schema: GraphQLSchema) -> int:
    """The number of fields that one operation may select: those of the usual introspection query, and some more."""
    document = parse(full_query(), max_tokens=1_000)
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    operation = next(each for each in document.definitions if isinstance(each, OperationDefinitionNode))
    counter = _FieldCounter(schema, fragments, None)
    return int(ALLOWANCE * sum(map(counter.root, _fields(operation.selection_set, fragments))))


def full_query() -> str:
    """The introspection query of GraphQL's reference implementation, with all of its options."""
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
    schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode], nodes: list[FieldNode], most: int
) -> int:
    counter = _FieldCounter(schema, fragments, most)
    try:
        return sum(map(counter.root, nodes))
    except TooManyFieldsError:
        return most + 1


def _fields(
    selections: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode], spread: set[str] | None = None
) -> Iterator[FieldNode]:
    """The fields of a selection set and its fragments, whose types all apply: no introspection type is abstract.

    Each fragment counts once, as in execution; fragments that spread each other twice would multiply.
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


class _FieldCounter:
    """Counts each selection set of each schema element once, however often it is reached."""

    def __init__(
        self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode], most: int | None
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._most = most
        self._info: Any = SimpleNamespace(schema=schema)
        self._selected: dict[int, tuple[int, list[_Subfield]]] = {}
        self._counted: dict[tuple[int, int], int] = {}

    def root(self, node: FieldNode) -> int:
        """The fields of a root field. Raises TooManyFieldsError."""
        selections = node.selection_set
        if node.name.value == "__schema":
            return 1 + self._of(selections, introspection_types["__Schema"], self._schema)
        return 1 + max(
            (self._of(selections, introspection_types["__Type"], each) for each in self._named(node)), default=0
        )

    def _named(self, node: FieldNode) -> list[GraphQLNamedType]:
        """The types that `__type` may return: all of them if a variable names the type."""
        value = node.arguments[0].value if node.arguments else None
        if not isinstance(value, StringValueNode):
            return list(self._schema.type_map.values())
        found = self._schema.get_type(value.value)
        return [found] if found else []

    def _of(self, selections: Any, type_: Any, source: Any) -> int:
        """The fields of a selection set of one schema element."""
        # Fields and arguments come as pairs with their names, and each pair is a new object.
        key = id(selections), id(source[1] if type(source) is tuple else source)
        if (found := self._counted.get(key)) is not None:
            return found
        if self._most is not None and len(self._counted) > self._most:
            raise TooManyFieldsError
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

    def _selection(self, selections: Any, type_: Any) -> "tuple[int, list[_Subfield]]":
        """The number of selected fields, and the fields that have more fields inside."""
        selected = self._selected.get(id(selections))
        if selected is None:
            nodes = list(_fields(selections, self._fragments))
            inner = [
                _subfield(type_.fields[node.name.value], node) for node in nodes if node.name.value in type_.fields
            ]
            selected = len(nodes), [each for each in inner if each.selections is not None or each.is_list]
            self._selected[id(selections)] = selected
        return selected


@dataclass(frozen=True, slots=True)
class _Subfield:
    """A field of an introspection type, with its selection set, if it has one."""

    definition: Any
    arguments: Mapping[str, bool]
    selections: SelectionSetNode | None
    type: GraphQLObjectType | Any
    is_list: bool


def _subfield(definition: GraphQLField, node: FieldNode) -> _Subfield:
    type_ = get_named_type(definition.type)
    return _Subfield(
        definition,
        INCLUDING_DEPRECATED if INCLUDING_DEPRECATED.keys() <= definition.args.keys() else {},
        None if is_leaf_type(type_) else node.selection_set,
        type_,
        is_list_type(get_nullable_type(definition.type)),
    )
