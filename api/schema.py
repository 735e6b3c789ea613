"""The schema, put together."""

from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from typing import Any

import strawberry
from graphql import GraphQLError, OperationDefinitionNode
from strawberry.extensions import AddValidationRules, MaxTokensLimiter, ParserCache, SchemaExtension, ValidationCache
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.exceptions import CannotGetOperationTypeError
from strawberry.schema.schema import StreamResult
from strawberry.types.execution import ExecutionContext, ExecutionResult, PreExecutionError
from strawberry.types.graphql import OperationType

from api.context import Context
from api.errors import exception_handlers
from api.limits import MAX_CHARACTERS, MAX_TOKENS, DocumentLimits, limit_error
from api.mutations import Mutation
from api.presented_errors import present
from api.query import Query
from api.scalars import SCALARS
from api.subscription import Subscription
from api.types.account import Account
from models.credentials import still_signed_in

CACHED_DOCUMENTS = 500
ANSWERED_ONCE = {OperationType.QUERY, OperationType.MUTATION}


class FreshContext(SchemaExtension):
    """Gives each operation loaders of its own; on a WebSocket, also the viewer as of now.

    A socket lives for hours and carries many operations: what one read must not answer the next, and a session
    that was ended must not go on.
    """

    async def on_operation(self) -> AsyncIterator[None]:
        """Replace the context before anything runs."""
        context: Context = self.execution_context.context
        viewer = context.viewer
        if viewer is not None and context.connection.scope["type"] == "websocket":
            viewer = await still_signed_in(viewer)
        self.execution_context.context = context.fresh(viewer)
        yield


class ShortDocuments(SchemaExtension):
    """Refuses documents so long that keeping them in the caches would cost memory; tokens do not count comments."""

    def on_operation(self) -> Iterator[None]:
        """Look at the length before anything reads the text."""
        asked = len(self.execution_context.query or "")
        if asked > MAX_CHARACTERS:
            raise limit_error("length", asked, MAX_CHARACTERS)
        yield


class OneOperation(SchemaExtension):
    """Refuses a document with several operations and no name of one; Strawberry would run the first."""

    def on_validate(self) -> Iterator[None]:
        """Add the error to those of validation, whose list may be a cached one."""
        context = self.execution_context
        document = context.graphql_document
        operations = [
            each for each in (document.definitions if document else ()) if isinstance(each, OperationDefinitionNode)
        ]
        if len(operations) > 1 and _has_no_name(context):
            error = GraphQLError("Must provide operation name if query contains multiple operations.")
            context.pre_execution_errors = [*(context.pre_execution_errors or []), error]
        yield


class Schema(strawberry.Schema):
    """Strawberry's schema, with every error presented on its way out, whichever way that is."""

    async def execute(self, *args: Any, **kwargs: Any) -> ExecutionResult:
        """Run a query or a mutation; subscriptions need a stream."""
        try:
            result = await super().execute(*args, **kwargs | {"allowed_operation_types": ANSWERED_ONCE})
        except CannotGetOperationTypeError as error:
            result = PreExecutionError(
                data=None, errors=[GraphQLError(error.as_http_error_reason(), original_error=error)]
            )
        _present_errors(result)
        return result

    async def stream(self, *args: Any, **kwargs: Any) -> StreamResult:
        """Run any operation, and yield what it answers as it comes."""
        return _presented(await super().stream(*args, **kwargs))

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Log nothing here, where the text would hold the document and the secrets in it."""


def _has_no_name(context: ExecutionContext) -> bool:
    # `operation_name` would answer with the name of the first operation.
    return context._provided_operation_name is None  # noqa: SLF001


async def _presented(results: StreamResult) -> StreamResult:
    try:
        async with aclosing(results):
            async for result in results:
                _present_errors(result)
                yield result
    except Exception as error:  # noqa: BLE001 - what an extension raised, before anything ran
        told = error if isinstance(error, GraphQLError) else GraphQLError("", original_error=error)
        yield PreExecutionError(data=None, errors=[present(told)])


def _present_errors(result: Any) -> None:
    if result.errors:
        result.errors = [present(error) for error in result.errors]


schema = Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=[Account],
    config=StrawberryConfig(scalar_map=SCALARS),
    extensions=[
        ShortDocuments,
        FreshContext,
        lambda: MaxTokensLimiter(max_token_count=MAX_TOKENS),
        lambda: AddValidationRules([DocumentLimits]),
        lambda: ParserCache(maxsize=CACHED_DOCUMENTS),
        lambda: ValidationCache(maxsize=CACHED_DOCUMENTS),
        OneOperation,
    ],
    exception_handlers=exception_handlers(),
)
