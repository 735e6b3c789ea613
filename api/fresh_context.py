"""What each operation begins with."""

from collections.abc import AsyncIterator

from strawberry.extensions import SchemaExtension

from api.context import Context
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
