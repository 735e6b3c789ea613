"""The extension that begins each operation."""

from collections.abc import AsyncIterator

from strawberry.extensions import SchemaExtension


class FreshContext(SchemaExtension):
    """Gives each operation a context of its own."""

    async def on_operation(self) -> AsyncIterator[None]:
        """Replace the context before anything runs."""
        self.execution_context.context = await self.execution_context.context.for_next_operation()
        yield
