"""Measuring the size of a document in one pass, in time that grows with its length alone."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    get_named_type,
)

from api.limits import Limits, limit_error
from models.operations.integrations.rotate_api_key import MOST_REPLACED
from models.operations.people.add_domain import MOST_DOMAINS
from models.reads.paging import DEFAULT_PAGE, MAX_PAGE

# Lists that have no pages. Introspection is counted by itself: see introspection_size.
UNPAGED = {"__schema": 0, "__type": 0, "domains": MOST_DOMAINS, "secrets": 2 * MOST_REPLACED + 1}


# Root fields that are null or refused for an anonymous client, whatever is selected of them.
NEED_A_VIEWER = {"account", "viewer", "rateLimit"}


@dataclass(frozen=True)
class Size:
    """`cost` counts the fields that a response can have, `depth` how far they nest, `aliases` those renamed.

    `anonymous_cost` counts the fields of a response to an anonymous client.
    """

    cost: int = 0
    depth: int = 0
    aliases: int = 0
    anonymous_cost: int = 0


@dataclass(frozen=True)
class DocumentSize:
    """The size of each operation of a document, in their order, and the counts of the whole document."""

    operations: list[Size]
    repeats: int
    directives: int


def measure(schema: GraphQLSchema, document: DocumentNode) -> DocumentSize:
    """Measure a document. It need not be valid."""
    measurement = _Measurement(schema, document)
    return DocumentSize(measurement.operations(), measurement.repeats, measurement.directives)


def limit_errors(size: DocumentSize, limits: Limits) -> list[GraphQLError]:
    """An error for each limit that a document exceeds.

    Checked before validation, some of whose rules compare each field with each other of its name.
    """
    measured = {
        "cost": max((each.cost for each in size.operations), default=0),
        "depth": max((each.depth for each in size.operations), default=0),
        "aliases": max((each.aliases for each in size.operations), default=0),
        "repeats": size.repeats,
        "directives": size.directives,
    }
    allowed = {limit: getattr(limits, f"document_{limit}") for limit in measured}
    # A budget never has room for more than that of a minute, so RateLimited would name no true time to retry.
    allowed["cost"] = min(allowed["cost"], limits.cost_per_minute)
    return [limit_error(limit, value, allowed[limit]) for limit, value in measured.items() if value > allowed[limit]]


class _Measurement:
    """Counts one for each field, times the sizes of the pages around it.

    Each fragment is measured once, however often it is spread: a document of a few hundred characters whose fragments
    multiply is refused at once.
    """

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema = schema
        self._document = document
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._measured: dict[str, Size] = {}
        self.repeats = 0
        self.directives = 0

    def operations(self) -> list[Size]:
        """The size of each operation; fragments that none of them spreads are measured as well."""
        operations = [node for node in self._document.definitions if isinstance(node, OperationDefinitionNode)]
        sizes = [self._measure(node.selection_set, self._schema.get_root_type(node.operation)) for node in operations]
        for name in self._fragments:
            self._measure_fragment(name)
        declared = [variable for node in operations for variable in node.variable_definitions or ()]
        self.directives += sum(len(node.directives or ()) for node in (*operations, *declared))
        return sizes

    def _measure(self, selections: SelectionSetNode | None, parent: Any) -> Size:
        if selections is None:
            return Size()
        keys = Counter(_response_keys(selections))
        self.repeats += keys.total() - len(keys)
        return self._sum(selections, parent)

    def _sum(self, selections: SelectionSetNode, parent: Any) -> Size:
        sizes = [self._measure_one(each, parent) for each in selections.selections]
        self.directives += sum(len(each.directives or ()) for each in selections.selections)
        return Size(
            sum(size.cost for size in sizes),
            max((size.depth for size in sizes), default=0),
            sum(size.aliases for size in sizes),
            sum(size.anonymous_cost for size in sizes),
        )

    def _measure_one(self, selection: Any, parent: Any) -> Size:
        if isinstance(selection, FragmentSpreadNode):
            return self._measure_fragment(selection.name.value)
        if isinstance(selection, InlineFragmentNode):
            return self._sum(selection.selection_set, self._condition(selection) or parent)
        field = getattr(parent, "fields", {}).get(selection.name.value)
        inside = self._measure(selection.selection_set, get_named_type(field.type) if field else None)
        rows = _rows(selection, field)
        needs_viewer = parent is self._schema.query_type and selection.name.value in NEED_A_VIEWER
        return Size(
            1 + inside.cost * rows,
            1 + inside.depth,
            inside.aliases + (selection.alias is not None),
            1 if needs_viewer else 1 + inside.anonymous_cost * rows,
        )

    def _measure_fragment(self, name: str) -> Size:
        if name not in self._measured:
            # Set first: a fragment that spreads itself is refused later, by validation.
            self._measured[name] = Size()
            if fragment := self._fragments.get(name):
                self.directives += len(fragment.directives or ())
                self._measured[name] = self._measure(fragment.selection_set, self._condition(fragment))
        return self._measured[name]

    def _condition(self, node: InlineFragmentNode | FragmentDefinitionNode) -> Any:
        condition = node.type_condition
        return self._schema.get_type(condition.name.value) if condition else None


def _response_keys(selections: SelectionSetNode) -> Iterator[str]:
    """The response key of each field of a selection, those of inline fragments included."""
    for selection in selections.selections:
        if isinstance(selection, FieldNode):
            yield (selection.alias or selection.name).value
        elif isinstance(selection, InlineFragmentNode):
            yield from _response_keys(selection.selection_set)


def _rows(node: FieldNode, field: GraphQLField | None) -> int:
    """The number of rows that a field can return: its page, or the largest one if a variable sets it."""
    if node.name.value in UNPAGED:
        return UNPAGED[node.name.value]
    parameters = field.args if field else {}
    given = {argument.name.value: argument.value for argument in node.arguments or ()}
    if "ids" in parameters:
        ids = given.get("ids")
        return len(ids.values) if isinstance(ids, ListValueNode) else MAX_PAGE
    if "first" not in parameters:
        return 1
    sizes = [given[key] for key in ("first", "last") if key in given]
    if not sizes:
        return DEFAULT_PAGE
    return max(map(_page, sizes))


def _page(size: ValueNode) -> int:
    """The number of rows of a page; the largest if its size is a variable or no valid number."""
    text = size.value if isinstance(size, IntValueNode) else ""
    # Python parses no number of more than some thousand digits.
    return int(text) if text.isdigit() and len(text) < 12 else MAX_PAGE
