"""Each document is read, measured and validated once."""

from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    parse,
    specified_rules,
)
from strawberry.schema.schema import validate_document

from api.documents.cacheability import NOTHING_LASTS, Dependence, dependence_of
from api.documents.complexity import Size, excesses, measure
from api.documents.introspection_size import NONE as NO_INTROSPECTION
from api.documents.introspection_size import Introspection, measure_introspection
from api.documents.policy import ASKS_FOR_THE_SCHEMA, DEFAULT_RULES, DocumentRules, forbidden, require_trusted
from api.documents.variable_size import VariableSize, variables_excess
from api.limits import Limits, limit_error
from engine.breadth_first.program import Program
from engine.lru import WeightedLRU
from engine.operation import document_weight
from engine.sql.plan import Plan

# Bytes, more or less: a few hundred documents of usual length.
MOST_KEPT = 32_000_000
OVERHEAD = 5_000
# With the space behind it.
CHARACTERS_OF_A_WORD = 4
# To find out what is wrong with a name takes as long as some other names.
ERROR_COST = 5
NO_SIZE = Size()


@dataclass(frozen=True)
class Checked:
    """A document, what is wrong with it, and its operations by their names, with their sizes.

    `reading` is what it took to find that out, as cost; `dependence` is what its answers depend on.
    """

    document: DocumentNode
    errors: list[GraphQLError]
    operations: dict[str | None, OperationDefinitionNode]
    sizes: dict[str | None, Size]
    introspections: dict[str | None, Introspection]
    dependence: Dependence
    reading: int
    plans: dict[str | None, Plan] = field(default_factory=dict)
    programs: dict[str | None, Program] = field(default_factory=dict)

    @property
    def fragments(self) -> dict[str, FragmentDefinitionNode]:
        """The document's fragments by their names."""
        found = self.document.definitions
        return {each.name.value: each for each in found if isinstance(each, FragmentDefinitionNode)}

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        """The operation of a good document that a name chooses, or its only one."""
        if name is None and len(self.operations) == 1:
            return next(iter(self.operations.values()))
        return self.operations.get(name)

    def cost(self, operation_name: str | None) -> int:
        """What an operation costs; one where there is none of that name, or none is run."""
        return max(1, self._size(operation_name).cost)

    def anonymous_cost(self, operation_name: str | None) -> int:
        """What it costs an anonymous client."""
        return max(1, self._size(operation_name).anonymous_cost)

    def introspection(self, operation_name: str | None) -> Introspection:
        """What an operation asks of the schema."""
        if operation_name is None and len(self.introspections) == 1:
            return next(iter(self.introspections.values()))
        return self.introspections.get(operation_name, NO_INTROSPECTION)

    def _size(self, name: str | None) -> Size:
        if name is None and len(self.sizes) == 1:
            return next(iter(self.sizes.values()))
        return self.sizes.get(name, NO_SIZE)


class Documents:
    """The good documents seen lately, by their text, and the last that was wrong."""

    def __init__(self, schema: GraphQLSchema, limits: Limits, rules: DocumentRules = DEFAULT_RULES) -> None:
        self.schema = schema
        self._limits = limits
        self._rules = rules
        self._kept: WeightedLRU[Checked] = WeightedLRU(MOST_KEPT)
        self._wrong: tuple[str, Checked | GraphQLError] | None = None

    def knows(self, text: str) -> bool:
        """Whether a document is a good one, and was read."""
        return self._kept.get(text) is not None

    def require_modest(self, size: VariableSize) -> None:
        """Raise GraphQLError where variables hold more than is allowed."""
        if excess := variables_excess(size, self._limits):
            raise excess

    def check(self, text: str) -> Checked:
        """Read a document. Raises GraphQLError where it is not trusted, too long or has a syntax error."""
        if kept := self._kept.get(text):
            return kept
        checked = self._wrong[1] if self._wrong and self._wrong[0] == text else None
        if checked is None:
            require_trusted(self._rules, text)
            checked = self._checked(text)
        if isinstance(checked, GraphQLError):
            self._wrong = (text, checked)
            raise checked.with_traceback(None)
        if checked.errors:
            self._wrong = (text, checked)
        else:
            self._kept.put(text, checked, OVERHEAD + len(text) + document_weight(checked.document))
        return checked

    def _checked(self, text: str) -> Checked | GraphQLError:
        try:
            self._refuse_long(text)
            return self._check(text)
        except GraphQLError as error:
            return error

    def _refuse_long(self, text: str) -> None:
        # To tell where an error stands, all lines before it are looked at.
        for what, asked in (("characters", len(text)), ("lines", len(text.splitlines()))):
            if asked > (allowed := getattr(self._limits, f"document_{what}")):
                raise limit_error("length" if what == "characters" else what, asked, allowed)

    def _check(self, text: str) -> Checked:
        schema, document = self.schema, self._parse(text)
        reading = document.token_count + len(text.splitlines())
        size = measure(schema, document)
        errors = (
            excesses(size, self._limits)
            or forbidden(self._rules, document, text)
            or validate_document(schema, document, tuple(specified_rules))
        )
        if errors:
            return _wrong(document, errors, reading + ERROR_COST * len(errors))
        found = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        operations = {node.name.value if node.name else None: node for node in found}
        sizes = dict(zip(operations, size.operations, strict=True))
        asked = _introspections(schema, document, text, operations)
        if excessive := [excess for each in asked.values() if (excess := each.excess)]:
            return _wrong(document, excessive, reading)
        return Checked(document, errors, operations, sizes, asked, dependence_of(schema, document), reading)

    def _parse(self, text: str) -> DocumentNode:
        most = self._limits.document_tokens
        try:
            return parse(text, max_tokens=most)
        except GraphQLSyntaxError as error:
            if "tokens. Parsing aborted" in error.message:
                raise GraphQLError(
                    f"The document has more than the {most} tokens that are allowed.",
                    extensions={
                        "code": "LIMIT_EXCEEDED",
                        "limit": "tokens",
                        "asked": f"more than {most}",
                        "allowed": most,
                    },
                ) from error
            raise


def _wrong(document: DocumentNode, errors: list[GraphQLError], reading: int) -> Checked:
    return Checked(document, errors, {}, {}, {}, NOTHING_LASTS, reading)


def _introspections(
    schema: GraphQLSchema, document: DocumentNode, text: str, operations: dict[str | None, OperationDefinitionNode]
) -> dict[str | None, Introspection]:
    if not ASKS_FOR_THE_SCHEMA.search(text):
        return {}
    return {name: measure_introspection(schema, document, node) for name, node in operations.items()}


def reading_cost(text: str, error: GraphQLError) -> int:
    """What it took to find out that a document cannot be read at all, as cost: roughly its words up to there."""
    if not isinstance(error, GraphQLSyntaxError):
        return 1
    position = next(iter(error.positions or ()), len(text))
    return 1 + position // CHARACTERS_OF_A_WORD + text.count("\n", 0, position)
