"""What Strawberry does with a document before it runs it, done by what was found out about it once."""

from collections.abc import Iterator

from graphql import GraphQLError
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionContext

from api.budget import charge, charge_refused, owe_where_too_much, require_room
from api.context import Context
from api.documents import Checked, Documents, reading_cost
from api.variable_size import measure_variables


def cost_of(context: Context, checked: Checked, operation_name: str | None) -> int:
    """What an operation costs its caller."""
    return checked.cost(operation_name) if context.viewer else checked.anonymous_cost(operation_name)


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
            self._checked = self._admitted(context, context.query)
            context.graphql_document = self._checked.document
        yield

    def _admitted(self, context: ExecutionContext, text: str) -> Checked:
        documents, size, known = self._documents, measure_variables(context.variables), self._documents.knows(text)
        require_room(context.context)
        try:
            documents.require_modest(size)
            checked = documents.check(context.schema._schema, text)  # noqa: SLF001
        except GraphQLError as error:
            charge_refused(context.context, size.cost + reading_cost(text, error))
            raise
        if checked.errors:
            charge_refused(context.context, size.cost + checked.reading)
            return checked
        cost = size.cost + cost_of(context.context, checked, context._provided_operation_name)  # noqa: SLF001
        if not known:
            owe_where_too_much(context.context, cost, checked.reading)
        charge(context.context, cost)
        return checked

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
