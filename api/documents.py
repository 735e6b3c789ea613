"""Each document is read, measured and validated once."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    parse,
    specified_rules,
)
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import validate_document

from api.budget import charge
from api.document_rules import DEFAULT_RULES, DocumentRules, forbidden, require_trusted
from api.document_size import excesses, measure
from api.limits import Limits, limit_error
from api.variable_size import VariableSize, measure_variables, variables_excess
from api.versioned import is_versioned
from executing.program import Program
from plans.plan import Plan

# What is kept of a document takes some fifty times its length.
KEPT_CHARACTERS = 500_000


@dataclass(frozen=True)
class Checked:
    """A document, what is wrong with it, and its operations by their names, with what each costs.

    `versioned` says that its answer changes only with the versions of the account and the catalogue.
    """

    document: DocumentNode
    errors: list[GraphQLError]
    operations: dict[str | None, OperationDefinitionNode]
    costs: dict[str | None, int]
    versioned: bool
    plans: dict[str | None, Plan] = field(default_factory=dict)
    programs: dict[str | None, Program] = field(default_factory=dict)

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        """The operation of a good document that a name chooses, or its only one."""
        if name is None and len(self.operations) == 1:
            return next(iter(self.operations.values()))
        return self.operations.get(name)

    def cost(self, operation_name: str | None) -> int:
        """What an operation costs; one where there is none of that name, or none is run."""
        if operation_name is None and len(self.costs) == 1:
            return next(iter(self.costs.values()))
        return self.costs.get(operation_name, 1)


class Documents:
    """The good documents seen lately, by their text, and the last that was wrong."""

    def __init__(self, limits: Limits, rules: DocumentRules = DEFAULT_RULES) -> None:
        self._limits = limits
        self._rules = rules
        self._kept: OrderedDict[str, Checked] = OrderedDict()
        self._characters = 0
        self._wrong: tuple[str, Checked] | None = None

    def require_modest(self, size: VariableSize) -> None:
        """Raise GraphQLError where variables hold more than is allowed."""
        if excess := variables_excess(size, self._limits):
            raise excess

    def check(self, schema: GraphQLSchema, text: str) -> Checked:
        """Read a document. Raises GraphQLError where it is not trusted, too long or has a syntax error."""
        if kept := self._kept.get(text):
            self._kept.move_to_end(text)
            return kept
        if self._wrong and self._wrong[0] == text:
            return self._wrong[1]
        require_trusted(self._rules, text)
        self._refuse_long(text)
        checked = self._check(schema, text)
        if checked.errors:
            self._wrong = (text, checked)
        else:
            self._keep(text, checked)
        return checked

    def _refuse_long(self, text: str) -> None:
        # To tell where an error stands, all lines before it are looked at.
        for what, asked in (("characters", len(text)), ("lines", len(text.splitlines()))):
            if asked > (allowed := getattr(self._limits, f"document_{what}")):
                raise limit_error("length" if what == "characters" else what, asked, allowed)

    def _check(self, schema: GraphQLSchema, text: str) -> Checked:
        document = self._parse(text)
        size = measure(schema, document)
        errors = (
            excesses(size, self._limits)
            or forbidden(self._rules, document, text)
            or validate_document(schema, document, tuple(specified_rules))
        )
        if errors:
            return Checked(document, errors, {}, {}, versioned=False)
        found = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        operations = {node.name.value if node.name else None: node for node in found}
        costs = {name: max(1, each.cost) for name, each in zip(operations, size.operations, strict=True)}
        return Checked(document, errors, operations, costs, is_versioned(schema, document))

    def _keep(self, text: str, checked: Checked) -> None:
        self._kept[text] = checked
        self._characters += len(text)
        while self._characters > KEPT_CHARACTERS:
            oldest, _ = self._kept.popitem(last=False)
            self._characters -= len(oldest)

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


class CheckedDocuments(SchemaExtension):
    """Has each document checked once, in place of Strawberry's parsing and validation, and each operation charged."""

    def __init__(self, documents: Documents) -> None:
        super().__init__()
        self._documents = documents

    def on_parse(self) -> Iterator[None]:
        """Read the document, find everything wrong with it, and charge it; what is wrong costs its caller as well.

        A request without one is Strawberry's to refuse. Raises GraphQLError, RateLimited.
        """
        context = self.execution_context
        if context.query:
            size = measure_variables(context.variables)
            cost = 1
            try:
                self._documents.require_modest(size)
                self._checked = self._documents.check(context.schema._schema, context.query)  # noqa: SLF001
                cost = self._checked.cost(context._provided_operation_name)  # noqa: SLF001
            finally:
                charge(context.context, cost + size.cost)
            context.graphql_document = self._checked.document
        yield

    def on_validate(self) -> Iterator[None]:
        """Tell what is wrong, and refuse a choice of operations without a name; Strawberry would run the first."""
        context = self.execution_context
        errors = list(self._checked.errors)
        # `operation_name` would answer with the name of the first operation.
        name = context._provided_operation_name  # noqa: SLF001
        if len(self._checked.costs) > 1 and name is None:
            errors.append(GraphQLError("Must provide operation name if query contains multiple operations."))
        context.pre_execution_errors = errors
        yield
