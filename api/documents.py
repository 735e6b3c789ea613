"""Each document is read, measured and validated once."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

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

from api.document_rules import DEFAULT_RULES, DocumentRules, forbidden, require_trusted
from api.document_size import excesses
from api.limits import Limits, limit_error

KEPT = 500


@dataclass(frozen=True)
class Checked:
    """A document, and what is wrong with it."""

    document: DocumentNode
    errors: list[GraphQLError]
    operations: int


class Documents:
    """The documents seen lately, by their text."""

    def __init__(self, limits: Limits, rules: DocumentRules = DEFAULT_RULES) -> None:
        self._limits = limits
        self._rules = rules
        self._check = lru_cache(maxsize=KEPT)(self._check_anew)

    def check(self, schema: GraphQLSchema, text: str) -> Checked:
        """Read a document. Raises GraphQLError where it is not trusted, too long or has a syntax error."""
        require_trusted(self._rules, text)
        if len(text) > self._limits.document_characters:
            # Nothing is kept of it: comments, which are no tokens, would cost memory.
            raise limit_error("length", len(text), self._limits.document_characters)
        return self._check(schema, text)

    def _check_anew(self, schema: GraphQLSchema, text: str) -> Checked:
        document = self._parse(text)
        operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        errors = (
            excesses(schema, document, self._limits)
            or forbidden(self._rules, document, text)
            or validate_document(schema, document, tuple(specified_rules))
        )
        return Checked(document, errors, len(operations))

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
    """Has each operation's document checked once, in place of Strawberry's own parsing and validation."""

    def __init__(self, documents: Documents) -> None:
        super().__init__()
        self._documents = documents

    def on_parse(self) -> Iterator[None]:
        """Read the document, and find everything wrong with it. A request without one is Strawberry's to refuse."""
        context = self.execution_context
        if context.query:
            self._checked = self._documents.check(context.schema._schema, context.query)  # noqa: SLF001
            context.graphql_document = self._checked.document
        yield

    def on_validate(self) -> Iterator[None]:
        """Tell what is wrong, and refuse a choice of operations without a name; Strawberry would run the first."""
        context = self.execution_context
        errors = list(self._checked.errors)
        # `operation_name` would answer with the name of the first operation.
        if self._checked.operations > 1 and context._provided_operation_name is None:  # noqa: SLF001
            errors.append(GraphQLError("Must provide operation name if query contains multiple operations."))
        context.pre_execution_errors = errors
        yield
