"""The cache of documents: each is parsed, measured and validated once."""

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

from api.documents.cacheability import NOT_VERSIONED, ResponseDependencies, response_dependencies
from api.documents.complexity import Size, limit_errors, measure
from api.documents.introspection_size import NONE as NO_INTROSPECTION
from api.documents.introspection_size import Introspection, measure_introspection
from api.documents.policy import DEFAULT_RULES, INTROSPECTION, DocumentRules, policy_errors, require_trusted
from api.documents.variable_size import VariableSize, variables_error
from api.limits import Limits, limit_error
from engine.breadth_first.program import Program
from engine.lru import WeightedLRU
from engine.operation import document_weight
from engine.sql.plan import Plan

# Bytes, more or less: a few hundred documents of usual length.
MOST_CACHED = 32_000_000
OVERHEAD = 5_000
# Of a word, with the space behind it.
CHARACTERS_OF_TOKEN = 4
# The suggestions of an unknown name take as long as some known names.
ERROR_COST = 5
NO_SIZE = Size()


@dataclass(frozen=True)
class CheckedDocument:
    """A document, its errors, and its operations by name, with their sizes.

    `check_cost` is the cost of checking it; `dependencies` are those of its responses.
    """

    document: DocumentNode
    errors: list[GraphQLError]
    operations: dict[str | None, OperationDefinitionNode]
    sizes: dict[str | None, Size]
    introspections: dict[str | None, Introspection]
    dependencies: ResponseDependencies
    check_cost: int
    plans: dict[str | None, Plan] = field(default_factory=dict)
    programs: dict[str | None, Program] = field(default_factory=dict)

    @property
    def fragments(self) -> dict[str, FragmentDefinitionNode]:
        """The document's fragments by their names."""
        definitions = self.document.definitions
        return {each.name.value: each for each in definitions if isinstance(each, FragmentDefinitionNode)}

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        """The operation of a valid document with a name; without a name its only one."""
        if name is None and len(self.operations) == 1:
            return next(iter(self.operations.values()))
        return self.operations.get(name)

    def cost(self, operation_name: str | None) -> int:
        """The cost of an operation; 1 if there is none of that name."""
        return max(1, self._size(operation_name).cost)

    def anonymous_cost(self, operation_name: str | None) -> int:
        """The cost of an operation for an anonymous client."""
        return max(1, self._size(operation_name).anonymous_cost)

    def introspection(self, operation_name: str | None) -> Introspection:
        """The size of an operation's introspection."""
        if operation_name is None and len(self.introspections) == 1:
            return next(iter(self.introspections.values()))
        return self.introspections.get(operation_name, NO_INTROSPECTION)

    def _size(self, name: str | None) -> Size:
        if name is None and len(self.sizes) == 1:
            return next(iter(self.sizes.values()))
        return self.sizes.get(name, NO_SIZE)


class DocumentCache:
    """The valid documents that were sent lately, by text, and the last invalid one."""

    def __init__(self, schema: GraphQLSchema, limits: Limits, rules: DocumentRules = DEFAULT_RULES) -> None:
        self.schema = schema
        self._limits = limits
        self._rules = rules
        self._cached: WeightedLRU[CheckedDocument] = WeightedLRU(MOST_CACHED)
        self._last_invalid: tuple[str, CheckedDocument | GraphQLError] | None = None

    def find(self, text: str) -> CheckedDocument | None:
        """A valid document that was checked before; None for any other text."""
        return self._cached.get(text)

    def require_allowed_variables(self, size: VariableSize) -> None:
        """Raise GraphQLError if variables hold more than is allowed."""
        if error := variables_error(size, self._limits):
            raise error

    def check(self, text: str) -> CheckedDocument:
        """Check a document. Raises GraphQLError if it is not trusted, is too long or has a syntax error."""
        if cached := self.find(text):
            return cached
        last = self._last_invalid
        checked = last[1] if last and last[0] == text else None
        if checked is None:
            require_trusted(self._rules, text)
            checked = self._check_or_error(text)
        if isinstance(checked, GraphQLError):
            self._last_invalid = (text, checked)
            raise checked.with_traceback(None)
        if checked.errors:
            self._last_invalid = (text, checked)
        else:
            self._cached.put(text, checked, OVERHEAD + len(text) + document_weight(checked.document))
        return checked

    def _check_or_error(self, text: str) -> CheckedDocument | GraphQLError:
        try:
            self._require_allowed_length(text)
            return self._check(text)
        except GraphQLError as error:
            return error

    def _require_allowed_length(self, text: str) -> None:
        # The location of an error is found by scanning all lines before it.
        for unit, length in (("characters", len(text)), ("lines", len(text.splitlines()))):
            if length > (allowed := getattr(self._limits, f"document_{unit}")):
                raise limit_error("length" if unit == "characters" else unit, length, allowed)

    def _check(self, text: str) -> CheckedDocument:
        schema, document = self.schema, self._parse(text)
        check_cost = document.token_count + len(text.splitlines())
        size = measure(schema, document)
        errors = (
            limit_errors(size, self._limits)
            or policy_errors(self._rules, document, text)
            or validate_document(schema, document, tuple(specified_rules))
        )
        if errors:
            return _invalid(document, errors, check_cost + ERROR_COST * len(errors))
        nodes = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        operations = {node.name.value if node.name else None: node for node in nodes}
        sizes = dict(zip(operations, size.operations, strict=True))
        introspections = _introspections(schema, document, text, operations)
        if errors := [error for each in introspections.values() if (error := each.error)]:
            return _invalid(document, errors, check_cost)
        dependencies = response_dependencies(schema, document)
        return CheckedDocument(document, [], operations, sizes, introspections, dependencies, check_cost)

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


def _invalid(document: DocumentNode, errors: list[GraphQLError], check_cost: int) -> CheckedDocument:
    return CheckedDocument(document, errors, {}, {}, {}, NOT_VERSIONED, check_cost)


def _introspections(
    schema: GraphQLSchema, document: DocumentNode, text: str, operations: dict[str | None, OperationDefinitionNode]
) -> dict[str | None, Introspection]:
    if not INTROSPECTION.search(text):
        return {}
    return {name: measure_introspection(schema, document, node) for name, node in operations.items()}


def parse_error_cost(text: str, error: GraphQLError) -> int:
    """The cost of parsing a document up to its syntax error: roughly the words up to there."""
    if not isinstance(error, GraphQLSyntaxError):
        return 1
    position = next(iter(error.positions or ()), len(text))
    return 1 + position // CHARACTERS_OF_TOKEN + text.count("\n", 0, position)
