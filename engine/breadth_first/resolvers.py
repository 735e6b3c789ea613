"""Calling resolvers as Strawberry does, with everything decided beforehand that is the same for each call."""

from collections.abc import Awaitable, Sequence
from inspect import isawaitable
from typing import Any

from graphql import FieldNode, GraphQLField, GraphQLSchema
from strawberry.types import Info
from strawberry.types.field import StrawberryField

from engine.breadth_first.arguments import converted_arguments
from engine.breadth_first.completion import Values, side_by_side
from engine.breadth_first.errors import NotCompiledError
from engine.breadth_first.fields import Reader, Run
from engine.breadth_first.loaders import is_by_loaders, together

# Classes of exceptions, and what makes an answer of them.
Handlers = Sequence[tuple[tuple[type[Exception], ...], Any]]


class Called(Reader):
    """What a resolver answers. `handlers` make answers of the refusals that are expected."""

    def __init__(self, field: GraphQLField, node: FieldNode, handlers: Handlers) -> None:
        self._shown: StrawberryField = field.extensions["strawberry-definition"]
        resolver: Any = self._shown.base_resolver
        self.resolver: Any = resolver.wrapped_func
        self._takes_row = resolver.self_parameter is not None
        self._info = resolver.info_parameter.name if resolver.info_parameter else None
        self._arguments = converted_arguments(field, node) if field.args else None
        self._handlers = handlers
        self._by_loaders = is_by_loaders(resolver.wrapped_func)
        self.waits = resolver.is_async

    async def values(self, rows: Values, run: Run) -> Values:
        """What it answers of each row."""
        given = self._arguments(run.variables) if self._arguments else {}
        info: Any = Info(_raw_info=run, _field=self._shown)  # pyright: ignore[reportArgumentType]
        if self._info:
            given[self._info] = info
        resolve, takes_row = self.resolver, self._takes_row
        answers = [resolve(row, **given) if takes_row else resolve(**given) for row in rows]
        if not self.waits:
            return answers
        if self._handlers:
            answers = [self._or_refusal(each, info) for each in answers]
        return await (together(answers) if self._by_loaders else side_by_side(answers))

    async def _or_refusal(self, answer: Awaitable[Any], info: Any) -> Any:
        try:
            return await answer
        except Exception as error:
            handler = next((handler for types, handler in self._handlers if isinstance(error, types)), None)
            told = handler and handler.handle(error, field=self._shown, info=info)
            told = await told if isawaitable(told) else told
            if told is None:
                raise
            return told


def called(schema: GraphQLSchema, field: GraphQLField, node: FieldNode) -> Called:
    """The reader of a field that has a resolver. Raises NotCompiledError."""
    shown: StrawberryField = field.extensions["strawberry-definition"]
    resolver: Any = shown.base_resolver
    converter = schema._strawberry_schema.schema_converter  # noqa: SLF001  # pyright: ignore[reportAttributeAccessIssue]
    handlers = converter._get_field_exception_handlers(shown)  # noqa: SLF001
    if resolver is None or shown.extensions or resolver.parent_parameter or resolver.root_parameter:
        raise NotCompiledError(shown.name)
    if handlers and not resolver.is_async:
        raise NotCompiledError(shown.name)
    return Called(field, node, handlers)
