"""What Strawberry does with a document before it runs it, done by what was found out about it once."""

from collections.abc import AsyncIterator, Iterator

from graphql import GraphQLError
from strawberry.extensions import SchemaExtension

from api.documents.cache import Checked, Documents, reading_cost
from api.documents.introspection_answers import IntrospectionAnswers, introspection_key
from api.documents.variable_size import VariableSize, measure_variables
from api.schema.context import Context
from api.schema.cost_headers import charge, charge_refused, owe_reading, require_room

# A call takes half a millisecond and more, however little it asks.
LEAST_OF_ANONYMOUS = 20
# To write an answer that is kept.
BYTES_OF_ONE_FIELD = 10_000


def cost_of(context: Context, checked: Checked, operation_name: str | None) -> int:
    """What an operation costs its caller."""
    asked, limits = checked.introspection(operation_name).cost, context.services.limits
    if context.viewer is None:
        cost = checked.anonymous_cost(operation_name) + min(asked, limits.anonymous_cost_per_minute // 2)
        return max(LEAST_OF_ANONYMOUS, cost)
    return checked.cost(operation_name) + min(asked, limits.cost_per_minute // 2)


class CheckedDocuments(SchemaExtension):
    """Has each document checked once, in place of Strawberry's parsing and validation, and each operation charged.

    What asks of the schema alone is answered by `answers`.
    """

    def __init__(self, documents: Documents, answers: IntrospectionAnswers) -> None:
        super().__init__()
        self._documents = documents
        self._answers = answers
        self._key: bytes | None = None

    def on_parse(self) -> Iterator[None]:
        """Read the document, find everything wrong with it, and charge it; what is wrong costs its caller as well.

        A request without one is Strawberry's to refuse. Raises GraphQLError, RateLimited.
        """
        context = self.execution_context
        if context.query:
            self._least = 1 if context.context.viewer else LEAST_OF_ANONYMOUS
            self._checked = self._admitted(context.context, context.query)
            context.graphql_document = self._checked.document
        yield

    def _admitted(self, caller: Context, text: str) -> Checked:
        context, known = self.execution_context, self._documents.knows(text)
        require_room(caller)
        size = self._size()
        try:
            self._documents.require_modest(size)
            checked = self._documents.check(context.schema._schema, text)  # noqa: SLF001
        except GraphQLError as error:
            charge_refused(caller, max(self._least, size.cost + reading_cost(text, error)))
            raise
        if checked.errors:
            charge_refused(caller, max(self._least, size.cost + checked.reading))
            return checked
        cost = max(self._least, size.cost + self._cost(caller, checked, text))
        if not known:
            owe_reading(caller, cost, checked.reading)
        charge(caller, cost)
        return checked

    def _size(self) -> VariableSize:
        return measure_variables(self.execution_context.variables)

    def _cost(self, caller: Context, checked: Checked, text: str) -> int:
        name = self.execution_context._provided_operation_name  # noqa: SLF001
        operation = checked.operation(name)
        if operation and checked.introspection(name).alone:
            self._key = introspection_key(text, operation, self.execution_context.variables)
            if kept := self._answers.find(self._key):
                return 1 + len(kept) // BYTES_OF_ONE_FIELD
        return cost_of(caller, checked, name)

    def on_validate(self) -> Iterator[None]:
        """Tell what is wrong, and refuse a choice of operations without a name; Strawberry would run the first."""
        context = self.execution_context
        errors = list(self._checked.errors)
        # `operation_name` would answer with the name of the first operation.
        name = context._provided_operation_name  # noqa: SLF001
        if len(self._checked.operations) > 1 and name is None:
            errors.append(GraphQLError("Must provide operation name if query contains multiple operations."))
        context.pre_execution_errors = errors
        yield

    async def on_execute(self) -> AsyncIterator[None]:
        """Answer what asks of the schema alone."""
        context = self.execution_context
        if self._key is not None:
            context.result = await self._answers.run(
                self._key,
                context.schema._schema,  # noqa: SLF001
                self._checked.document,
                variable_values=context.variables,
                operation_name=context._provided_operation_name,  # noqa: SLF001
            )
        yield
