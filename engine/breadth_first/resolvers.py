"""Calling resolvers as Strawberry does; everything that is equal for all calls is computed once."""

from collections.abc import Awaitable, Sequence
from inspect import isawaitable
from typing import Any

from graphql import FieldNode, GraphQLField, GraphQLSchema
from strawberry.types import Info
from strawberry.types.field import StrawberryField

from engine.breadth_first.arguments import converted_arguments
from engine.breadth_first.completion import Values, gather
from engine.breadth_first.errors import NotCompiledError
from engine.breadth_first.fields import FieldReader, Run
from engine.breadth_first.loaders import does_await_loaders_only, run_batched

# Classes of exceptions, each with the handler that returns a GraphQL object for them.
Handlers = Sequence[tuple[tuple[type[Exception], ...], Any]]


class ResolverField(FieldReader):
    """A field with a resolver. `handlers` turn the expected exceptions into values."""

    def __init__(self, field: GraphQLField, node: FieldNode, handlers: Handlers) -> None:
        self._field: StrawberryField = field.extensions["strawberry-definition"]
        resolver: Any = self._field.base_resolver
        self.resolver: Any = resolver.wrapped_func
        self._takes_row = resolver.self_parameter is not None
        self._info = resolver.info_parameter.name if resolver.info_parameter else None
        self._arguments = converted_arguments(field, node) if field.args else None
        self._handlers = handlers
        self._awaits_loaders_only = does_await_loaders_only(resolver.wrapped_func)
        self.waits = resolver.is_async

    async def values(self, rows: Values, run: Run) -> Values:
        """The result of the resolver for each row."""
        arguments = self._arguments(run.variables) if self._arguments else {}
        info: Any = Info(_raw_info=run, _field=self._field)  # pyright: ignore[reportArgumentType]
        if self._info:
            arguments[self._info] = info
        resolve, takes_row = self.resolver, self._takes_row
        results = [resolve(row, **arguments) if takes_row else resolve(**arguments) for row in rows]
        if not self.waits:
            return results
        if self._handlers:
            results = [self._handled(each, info) for each in results]
        return await (run_batched(results) if self._awaits_loaders_only else gather(results))

    async def _handled(self, result: Awaitable[Any], info: Any) -> Any:
        try:
            return await result
        except Exception as error:
            handler = next((handler for types, handler in self._handlers if isinstance(error, types)), None)
            value = handler and handler.handle(error, field=self._field, info=info)
            value = await value if isawaitable(value) else value
            if value is None:
                raise
            return value


def resolver_field(schema: GraphQLSchema, field: GraphQLField, node: FieldNode) -> ResolverField:
    """The reader of a field that has a resolver. Raises NotCompiledError."""
    definition: StrawberryField = field.extensions["strawberry-definition"]
    resolver: Any = definition.base_resolver
    converter = schema._strawberry_schema.schema_converter  # noqa: SLF001  # pyright: ignore[reportAttributeAccessIssue]
    handlers = converter._get_field_exception_handlers(definition)  # noqa: SLF001
    if resolver is None or definition.extensions or resolver.parent_parameter or resolver.root_parameter:
        raise NotCompiledError(definition.name)
    if handlers and not resolver.is_async:
        raise NotCompiledError(definition.name)
    return ResolverField(field, node, handlers)
