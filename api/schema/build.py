"""The schema, put together."""

from contextlib import aclosing
from functools import cache
from typing import Any

import strawberry
from graphql import GraphQLError, GraphQLSchema
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.exceptions import CannotGetOperationTypeError
from strawberry.schema.schema import StreamResult
from strawberry.types.execution import ExecutionContext, ExecutionResult, PreExecutionError
from strawberry.types.graphql import OperationType

from api.documents.cache import Documents
from api.documents.introspection_answers import IntrospectionAnswers
from api.documents.policy import DEFAULT_RULES, DocumentRules
from api.http.error_format import present
from api.limits import Limits
from api.schema.checked_documents import CheckedDocuments
from api.schema.errors import exception_handlers
from api.schema.extensions import FreshContext
from api.schema.mutations import Mutation
from api.schema.query import Query
from api.schema.scalars import SCALARS
from api.schema.subscription import Subscription

# Nobody reads more, and each costs as much as many fields.
MOST_ERRORS = 100
ANSWERED_ONCE = {OperationType.QUERY, OperationType.MUTATION}


class Schema(strawberry.Schema):
    """Strawberry's schema, with every error presented on its way out, whichever way that is.

    `suggests` says whether errors tell names that the caller may have meant; `documents` are those it has checked.
    """

    suggests = True
    documents: Documents

    @property
    def core(self) -> GraphQLSchema:
        """The schema as graphql-core has it, which Strawberry keeps to itself."""
        return self._schema

    async def execute(self, *args: Any, **kwargs: Any) -> ExecutionResult:
        """Run a query or a mutation, where both are allowed; subscriptions need a stream."""
        allowed = ANSWERED_ONCE & set(kwargs.get("allowed_operation_types") or ANSWERED_ONCE)
        try:
            result = await super().execute(*args, **kwargs | {"allowed_operation_types": allowed})
        except CannotGetOperationTypeError as error:
            result = PreExecutionError(
                data=None, errors=[GraphQLError(error.as_http_error_reason(), original_error=error)]
            )
        present_errors(result, suggests=self.suggests)
        return result

    async def stream(self, *args: Any, **kwargs: Any) -> StreamResult:
        """Run any operation, and yield what it answers as it comes."""
        return _presented(await super().stream(*args, **kwargs), suggests=self.suggests)

    def _warn_for_federation_directives(self) -> None:
        """Look for none, and import none to look for."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Log nothing here, where the text would hold the document and the secrets in it."""


async def _presented(results: StreamResult, *, suggests: bool) -> StreamResult:
    try:
        async with aclosing(results):
            async for result in results:
                present_errors(result, suggests=suggests)
                yield result
    except Exception as error:  # noqa: BLE001 - what an extension raised, before anything ran
        found = error if isinstance(error, GraphQLError) else GraphQLError("", original_error=error)
        yield PreExecutionError(data=None, errors=[present(found, suggests=suggests)])


def present_errors(result: Any, *, suggests: bool) -> None:
    """Present the errors of a result, as many as anybody reads."""
    if result.errors:
        shown, left_out = result.errors[:MOST_ERRORS], len(result.errors) - MOST_ERRORS
        result.errors = [present(error, suggests=suggests) for error in shown]
        if left_out > 0:
            code = {"code": "LIMIT_EXCEEDED", "limit": "errors", "allowed": MOST_ERRORS}
            result.errors.append(GraphQLError(f"{left_out} more errors are left out.", extensions=code))


@cache
def make_schema(limits: Limits, rules: DocumentRules = DEFAULT_RULES) -> Schema:
    """The schema, with documents refused that the limits or the rules forbid. The same one for the same of both."""
    answers = IntrospectionAnswers()
    schema = Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        config=StrawberryConfig(scalar_map=SCALARS),
        extensions=[FreshContext, lambda: CheckedDocuments(schema.documents, answers)],
        exception_handlers=exception_handlers(),
    )
    schema.suggests = rules.introspection
    schema.documents = Documents(schema.core, limits, rules)
    return schema
