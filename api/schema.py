"""The schema, put together."""

from collections.abc import AsyncIterator

import strawberry
from graphql import GraphQLError
from strawberry.extensions import MaxTokensLimiter, ParserCache, SchemaExtension, ValidationCache
from strawberry.schema.config import StrawberryConfig
from strawberry.types.execution import ExecutionContext

from api.context import Context
from api.errors import exception_handlers
from api.mutations import Mutation
from api.presented_errors import PresentErrors
from api.query import Query
from api.scalars import SCALARS
from api.subscription import Subscription
from api.types.account import Account
from models.credentials import still_signed_in

MAX_TOKENS = 1000
CACHED_DOCUMENTS = 500


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


class Schema(strawberry.Schema):
    """Strawberry's schema, without its own logging of errors: that would print documents, and secrets in them."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Errors are logged, once and without secrets, by PresentErrors."""


schema = Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=[Account],
    config=StrawberryConfig(scalar_map=SCALARS),
    extensions=[
        FreshContext,
        PresentErrors,
        lambda: MaxTokensLimiter(max_token_count=MAX_TOKENS),
        lambda: ParserCache(maxsize=CACHED_DOCUMENTS),
        lambda: ValidationCache(maxsize=CACHED_DOCUMENTS),
    ],
    exception_handlers=exception_handlers(),
)
