"""The extension that has Strawberry run checked documents, and charges their operations."""

from collections.abc import AsyncIterator, Iterator

from graphql import GraphQLError
from strawberry.extensions import SchemaExtension

from api.documents.cache import DocumentCache
from api.documents.introspection_cache import IntrospectionCache, introspection_key
from api.documents.variable_size import measure_variables
from api.schema.admission import Admission, operation_cost

# Sending so many bytes of a cached result costs as much as one field.
BYTES_OF_ONE_FIELD = 10_000


class CheckedDocuments(SchemaExtension):
    """Checks each document once, in place of Strawberry's parsing and validation, and charges each operation.

    Introspection is answered from its cache.
    """

    def __init__(self, documents: DocumentCache, introspection: IntrospectionCache) -> None:
        super().__init__()
        self._documents = documents
        self._introspection = introspection
        self._key: bytes | None = None

    def on_parse(self) -> Iterator[None]:
        """Check and charge a document, also an invalid one. Raises GraphQLError, RateLimited.

        Strawberry refuses a request without a document.
        """
        context = self.execution_context
        if context.query:
            admission = Admission(context.context, self._documents, measure_variables(context.variables))
            self._checked = admission.read(context.query)
            if not self._checked.errors:
                admission.charge(self._checked, self._cost(context.query))
            context.graphql_document = self._checked.document
        yield

    def _cost(self, text: str) -> int:
        context, checked, name = self.execution_context, self._checked, self._operation_name
        operation = checked.operation(name)
        if operation and checked.introspection(name).alone:
            self._key = introspection_key(text, operation, context.variables)
            if result := self._introspection.find(self._key):
                return 1 + len(result) // BYTES_OF_ONE_FIELD
        return operation_cost(context.context, checked, name)

    def on_validate(self) -> Iterator[None]:
        """Present the document's errors; refuse several operations without an operation name."""
        errors = list(self._checked.errors)
        if len(self._checked.operations) > 1 and self._operation_name is None:
            errors.append(GraphQLError("Must provide operation name if query contains multiple operations."))
        self.execution_context.pre_execution_errors = errors
        yield

    async def on_execute(self) -> AsyncIterator[None]:
        """Answer introspection."""
        context = self.execution_context
        if self._key is not None:
            context.result = await self._introspection.run(
                self._key,
                self._documents.schema,
                self._checked.document,
                variable_values=context.variables,
                operation_name=self._operation_name,
            )
        yield

    @property
    def _operation_name(self) -> str | None:
        """The operation name of the request. Strawberry's own property falls back on the first operation."""
        return self.execution_context._provided_operation_name  # noqa: SLF001
