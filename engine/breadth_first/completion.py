"""Completing values by their types (section 6.4.3 of the specification), many at once.

A completer takes the values of one field of many rows, and returns the response value of each. Its errors reach no
client: it raises for any value that is not as it should be, and graphql-core then runs the field again and reports.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from types import NoneType
from typing import TYPE_CHECKING, Any

from graphql import GraphQLLeafType, GraphQLNonNull, GraphQLObjectType, is_list_type

from engine.breadth_first.errors import UnexpectedError

if TYPE_CHECKING:
    from engine.breadth_first.fields import ExecutionScope, Run

Values = Sequence[Any]


class Completer(ABC):
    """Completes the values of one field. `waits` is set if that may take more than one turn of the event loop."""

    waits = False

    @abstractmethod
    async def complete(self, values: Values, run: "Run") -> Values:
        """The response value of each value."""


@dataclass(frozen=True)
class ScalarCompleter(Completer):
    """Scalars. Values of the `unchanged` classes need no serialization."""

    leaf_type: GraphQLLeafType
    unchanged: frozenset[type]

    async def complete(self, values: Values, run: "Run") -> Values:  # noqa: ARG002
        """Each value as its type serializes it."""
        if self.unchanged.issuperset(map(type, values)):
            return values
        serialize = self.leaf_type.coerce_output_value
        serialized = [serialize(value) for value in values]
        if NoneType in map(type, serialized):
            raise UnexpectedError(self.leaf_type.name)
        return serialized


@dataclass(frozen=True)
class EnumCompleter(Completer):
    """Values of an enum."""

    leaf_type: GraphQLLeafType
    names: dict[Any, str]

    async def complete(self, values: Values, run: "Run") -> Values:  # noqa: ARG002
        """The name of each."""
        return [self.names.get(value) or self.leaf_type.coerce_output_value(value) for value in values]


class NullableCompleter(Completer):
    """A nullable type."""

    def __init__(self, inner: Completer) -> None:
        self._inner = inner
        self.waits = inner.waits

    async def complete(self, values: Values, run: "Run") -> Values:
        """Null stays null; the other values are completed."""
        if NoneType not in map(type, values):
            return await self._inner.complete(values, run)
        completed = iter(await self._inner.complete([each for each in values if each is not None], run))
        return [None if each is None else next(completed) for each in values]


class NonNullCompleter(Completer):
    """A non-null type."""

    def __init__(self, inner: Completer) -> None:
        self._inner = inner
        self.waits = inner.waits

    async def complete(self, values: Values, run: "Run") -> Values:
        """The completed values, none of which is null."""
        if NoneType in map(type, values):
            raise UnexpectedError("null")
        return await self._inner.complete(values, run)


class ListCompleter(Completer):
    """Lists, whose items are completed all at once."""

    def __init__(self, items: Completer) -> None:
        self._items = items
        self.waits = items.waits

    async def complete(self, values: Values, run: "Run") -> Values:
        """Each list with its completed items."""
        if not {list, tuple}.issuperset(map(type, values)):
            raise UnexpectedError("no list")
        items = iter(await self._items.complete(list(chain.from_iterable(values)), run))
        return [list(islice(items, len(each))) for each in values]


class ObjectCompleter(Completer):
    """Objects of one type."""

    def __init__(self, type_: GraphQLObjectType, scope: "ExecutionScope") -> None:
        # graphql-core checks no class either where a type has no `is_type_of`.
        self._class = class_of(type_) if type_.is_type_of else None
        self._scope = scope
        self.waits = scope.waits

    async def complete(self, values: Values, run: "Run") -> Values:
        """The selected fields of each object."""
        if not values:
            return []
        if self._class and not {self._class}.issuperset(map(type, values)):
            raise UnexpectedError(self._class.__name__)
        return await self._scope.execute(values, run)


class AbstractTypeCompleter(Completer):
    """Objects of a union or an interface; the class of an object decides its type."""

    def __init__(self, by_class: dict[type, Completer]) -> None:
        self._by_class = by_class
        self.waits = any(each.waits for each in by_class.values())

    async def complete(self, values: Values, run: "Run") -> Values:
        """The selected fields of each object; the types run concurrently."""
        classes = list(map(type, values))
        kinds = list(dict.fromkeys(classes))
        if not self._by_class.keys() >= set(kinds):
            raise UnexpectedError("no such type")
        ofs = [[value for value in values if type(value) is kind] for kind in kinds]
        completing = [self._by_class[kind].complete(of, run) for kind, of in zip(kinds, ofs, strict=True)]
        found = await gather(completing) if self.waits else [await each for each in completing]
        completed = dict(zip(kinds, map(iter, found), strict=True))
        return [next(completed[each]) for each in classes]


async def gather(work: list[Any]) -> list[Any]:
    """The results of coroutines, which run concurrently; if one fails, the others are cancelled."""
    if len(work) == 1:
        return [await work[0]]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(each) for each in work]
    return [task.result() for task in tasks]


def completer_of(type_: Any, of_named_type: Callable[[Any], Completer]) -> Completer:
    """The completer of a type; `of_named_type` makes that of the named type inside its lists and non-nulls."""
    if isinstance(type_, GraphQLNonNull):
        return NonNullCompleter(_list_or_named(type_.of_type, of_named_type))
    return NullableCompleter(_list_or_named(type_, of_named_type))


def _list_or_named(type_: Any, of_named_type: Callable[[Any], Completer]) -> Completer:
    return ListCompleter(completer_of(type_.of_type, of_named_type)) if is_list_type(type_) else of_named_type(type_)


def class_of(type_: GraphQLObjectType) -> type:
    """The Python class of a GraphQL type's objects."""
    return type_.extensions["strawberry-definition"].origin
