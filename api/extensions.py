"""What is done around each operation."""

from collections.abc import AsyncIterator, Iterator

from graphql import GraphQLError, OperationDefinitionNode
from strawberry.extensions import SchemaExtension
from strawberry.types.execution import ExecutionContext

from api.context import Context
from api.limits import MAX_CHARACTERS, limit_error
from models.credentials import still_signed_in


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


def _has_no_name(context: ExecutionContext) -> bool:
    # `operation_name` would answer with the name of the first operation.
    return context._provided_operation_name is None  # noqa: SLF001
