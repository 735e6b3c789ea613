"""Calling resolvers as Strawberry does, with everything decided beforehand that is the same for each call."""

from collections.abc import Callable
from inspect import isawaitable
from typing import Any

from graphql import FieldNode, GraphQLField, GraphQLSchema
from strawberry.types import Info
from strawberry.types.field import StrawberryField

from executing.arguments import converted_arguments
from executing.columns import Reader, Run
from executing.loading import is_by_loaders, together
from executing.problems import NotCompiledError
from executing.shapes import Values, side_by_side

Resolver = Callable[..., Any]


class Called(Reader):
    """What a resolver answers."""

    def __init__(self, field: GraphQLField, node: FieldNode, resolve: Resolver, *, by_loaders: bool) -> None:
        self._shown: StrawberryField = field.extensions["strawberry-definition"]
        resolver: Any = self._shown.base_resolver
        self._resolve = resolve
        self._takes_row = resolver.self_parameter is not None
        self._info = resolver.info_parameter.name if resolver.info_parameter else None
        self._arguments = converted_arguments(field, node) if field.args else None
        self._by_loaders = by_loaders
        self.waits = resolver.is_async

    async def values(self, rows: Values, run: Run) -> Values:
        """What it answers of each row."""
        given = self._arguments(run.variables) if self._arguments else {}
        if self._info:
            given[self._info] = Info(_raw_info=run, _field=self._shown)  # pyright: ignore[reportArgumentType]
        resolve, takes_row = self._resolve, self._takes_row
        answers = [resolve(row, **given) if takes_row else resolve(**given) for row in rows]
        if not self.waits:
            return answers
        return await (together(answers) if self._by_loaders else side_by_side(answers))


def called(schema: GraphQLSchema, field: GraphQLField, node: FieldNode) -> Called:
    """The reader of a field that has a resolver. Raises NotCompiledError."""
    shown: StrawberryField = field.extensions["strawberry-definition"]
    resolver: Any = shown.base_resolver
    if resolver is None or shown.extensions or resolver.parent_parameter or resolver.root_parameter:
        raise NotCompiledError(shown.name)
    function = resolver.wrapped_func
    converter = schema._strawberry_schema.schema_converter  # noqa: SLF001  # pyright: ignore[reportAttributeAccessIssue]
    handlers = converter._get_field_exception_handlers(shown)  # noqa: SLF001
    if not handlers:
        return Called(field, node, function, by_loaders=is_by_loaders(function))
    if not resolver.is_async or resolver.info_parameter is None:
        raise NotCompiledError(shown.name)
    return Called(field, node, _with_refusals(function, shown, handlers), by_loaders=False)


def _with_refusals(resolve: Resolver, shown: StrawberryField, handlers: Any) -> Resolver:
    """The resolver, of which expected refusals are answers."""
    resolver: Any = shown.base_resolver
    info = resolver.info_parameter.name

    async def answered(*row: Any, **given: Any) -> Any:
        try:
            return await resolve(*row, **given)
        except Exception as error:
            handler = next((handler for types, handler in handlers if isinstance(error, types)), None)
            told = handler and handler.handle(error, field=shown, info=given[info])
            told = await told if isawaitable(told) else told
            if told is None:
                raise
            return told

    return answered
