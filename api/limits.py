"""How large a document may be: refused before anything runs, at a cost that grows with its length alone."""

from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValidationRule,
    get_named_type,
)

from models.reads.paging import DEFAULT_PAGE, MAX_PAGE

MAX_CHARACTERS = 20_000
MAX_TOKENS = 1_000
MAX_DEPTH = 20
# A page of 100 rows with forty fields each is well inside; two such pages inside one another are not.
MAX_COST = 10_000


@dataclass(frozen=True)
class Size:
    """`cost` counts the fields that an answer can have, `depth` how far they nest."""

    cost: int
    depth: int


NOTHING = Size(0, 0)


class DocumentLimits(ValidationRule):
    """Depth and cost of each operation.

    Every field costs one, times the size of the pages it lies in. Each fragment is measured once, however often
    it is spread: a document of a few hundred characters that fans out without end is refused at once.
    """

    def __init__(self, context: Any) -> None:
        super().__init__(context)
        self._fragments: dict[str, Size] = {}

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
        """Measure an operation, and report what is too much."""
        size = self._measure(node.selection_set, self.context.schema.get_root_type(node.operation))
        for what, asked, allowed in (("cost", size.cost, MAX_COST), ("depth", size.depth, MAX_DEPTH)):
            if asked > allowed:
                self.report_error(limit_error(what, asked, allowed, node))

    def _measure(self, selections: SelectionSetNode | None, parent: Any) -> Size:
        sizes = [self._measure_one(each, parent) for each in selections.selections] if selections else []
        return Size(sum(size.cost for size in sizes), max((size.depth for size in sizes), default=0))

    def _measure_one(self, selection: Any, parent: Any) -> Size:
        if isinstance(selection, FragmentSpreadNode):
            return self._measure_fragment(selection.name.value)
        if isinstance(selection, InlineFragmentNode):
            return self._measure(selection.selection_set, self._condition(selection) or parent)
        field = getattr(parent, "fields", {}).get(selection.name.value)
        inside = self._measure(selection.selection_set, get_named_type(field.type) if field else None)
        return Size(1 + inside.cost * _rows(selection, field), 1 + inside.depth)

    def _measure_fragment(self, name: str) -> Size:
        if name not in self._fragments:
            # Set first: a fragment that spreads itself is another rule's to refuse.
            self._fragments[name] = NOTHING
            if fragment := self.context.get_fragment(name):
                self._fragments[name] = self._measure(fragment.selection_set, self._condition(fragment))
        return self._fragments[name]

    def _condition(self, node: InlineFragmentNode | FragmentDefinitionNode) -> Any:
        condition = node.type_condition
        return self.context.schema.get_type(condition.name.value) if condition else None


def limit_error(what: str, asked: int, allowed: int, node: Any = None) -> GraphQLError:
    """The refusal, which says what was asked and what is allowed."""
    # Python writes no integer of more than some thousand digits, and nobody wants to read one.
    shown = str(asked) if asked < 10**12 else "more than 10^12"
    return GraphQLError(
        f"The document's {what} is {shown}; at most {allowed} is allowed.",
        nodes=node,
        extensions={"code": "LIMIT_EXCEEDED", "limit": what, "asked": shown, "allowed": allowed},
    )


def _rows(node: FieldNode, field: GraphQLField | None) -> int:
    """How many rows a field can bring: the page asked for, or the largest where a variable says."""
    takes = field.args if field else {}
    given = {argument.name.value: argument.value for argument in node.arguments or ()}
    if "ids" in takes:
        ids = given.get("ids")
        return len(ids.values) if isinstance(ids, ListValueNode) else MAX_PAGE
    if "first" not in takes:
        return 1
    sizes = [given[key] for key in ("first", "last") if key in given]
    if not sizes:
        return DEFAULT_PAGE
    return max(int(size.value) if isinstance(size, IntValueNode) else MAX_PAGE for size in sizes)
