"""Building the schema."""

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

from api.documents.cache import DocumentCache
from api.documents.introspection_cache import IntrospectionCache
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

# Each error costs as much as many fields.
MOST_ERRORS = 100
SINGLE_RESULT = {OperationType.QUERY, OperationType.MUTATION}


class Schema(strawberry.Schema):
    """Strawberry's schema, which presents the errors of every result.

    `suggests` permits errors to suggest names of the schema; `documents` is the cache of checked documents.
    """

    suggests = True
    documents: DocumentCache

    @property
    def core(self) -> GraphQLSchema:
        """graphql-core's schema, which is private to Strawberry."""
        return self._schema

    async def execute(self, *args: Any, **kwargs: Any) -> ExecutionResult:
        """Run a query or a mutation, if it is allowed; subscriptions need `stream`."""
        allowed = SINGLE_RESULT & set(kwargs.get("allowed_operation_types") or SINGLE_RESULT)
        try:
            result = await super().execute(*args, **kwargs | {"allowed_operation_types": allowed})
        except CannotGetOperationTypeError as error:
            result = PreExecutionError(
                data=None, errors=[GraphQLError(error.as_http_error_reason(), original_error=error)]
            )
        present_errors(result, suggests=self.suggests)
        return result

    async def stream(self, *args: Any, **kwargs: Any) -> StreamResult:
        """Run any operation, and yield its results."""
        return _presented(await super().stream(*args, **kwargs), suggests=self.suggests)

    def _warn_for_federation_directives(self) -> None:
        """Skip the search for federation directives, and the import that it needs."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Log nothing: the text would contain the document and the secrets in it."""


async def _presented(results: StreamResult, *, suggests: bool) -> StreamResult:
    try:
        async with aclosing(results):
            async for result in results:
                present_errors(result, suggests=suggests)
                yield result
    except Exception as error:  # noqa: BLE001 - raised by an extension, before anything ran
        raised = error if isinstance(error, GraphQLError) else GraphQLError("", original_error=error)
        yield PreExecutionError(data=None, errors=[present(raised, suggests=suggests)])


def present_errors(result: Any, *, suggests: bool) -> None:
    """Present the errors of a result, at most MOST_ERRORS."""
    if result.errors:
        first, left_out = result.errors[:MOST_ERRORS], len(result.errors) - MOST_ERRORS
        result.errors = [present(error, suggests=suggests) for error in first]
        if left_out > 0:
            code = {"code": "LIMIT_EXCEEDED", "limit": "errors", "allowed": MOST_ERRORS}
            result.errors.append(GraphQLError(f"{left_out} more errors are left out.", extensions=code))


@cache
def make_schema(limits: Limits, rules: DocumentRules = DEFAULT_RULES) -> Schema:
    """The schema with its document cache; one for each pair of limits and rules."""
    introspection = IntrospectionCache()
    schema = Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        config=StrawberryConfig(scalar_map=SCALARS),
        extensions=[FreshContext, lambda: CheckedDocuments(schema.documents, introspection)],
        exception_handlers=exception_handlers(),
    )
    schema.suggests = rules.introspection
    schema.documents = DocumentCache(schema.core, limits, rules)
    return schema
