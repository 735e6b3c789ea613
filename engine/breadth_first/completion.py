"""Completing values as their types have it (section 6.4.3 of the specification), many at once.

A shape takes the values of one field of many rows, and gives what the answer shows for each. It makes no errors that
anybody sees: whatever is not as it should be raises, and graphql-core finds out how to tell it.
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
    from engine.breadth_first.fields import Run, Selection

Values = Sequence[Any]


class Shape(ABC):
    """What becomes of a field's values. `waits` says whether that may take more than a turn of the event loop."""

    waits = False

    @abstractmethod
    async def complete(self, values: Values, run: "Run") -> Values:
        """What is shown for each value."""


@dataclass(frozen=True)
class Leaves(Shape):
    """Scalars. Values of some classes are shown as they are."""

    kind: GraphQLLeafType
    as_they_are: frozenset[type]

    async def complete(self, values: Values, run: "Run") -> Values:  # noqa: ARG002
        """Each as its type writes it."""
        if self.as_they_are.issuperset(map(type, values)):
            return values
        write = self.kind.coerce_output_value
        written = [write(value) for value in values]
        if NoneType in map(type, written):
            raise UnexpectedError(self.kind.name)
        return written


@dataclass(frozen=True)
class Members(Shape):
    """Members of an enum."""

    kind: GraphQLLeafType
    names: dict[Any, str]

    async def complete(self, values: Values, run: "Run") -> Values:  # noqa: ARG002
        """The name of each."""
        return [self.names.get(value) or self.kind.coerce_output_value(value) for value in values]


class Nullable(Shape):
    """What may be null."""

    def __init__(self, inner: Shape) -> None:
        self._inner = inner
        self.waits = inner.waits

    async def complete(self, values: Values, run: "Run") -> Values:
        """Null stays."""
        if NoneType not in map(type, values):
            return await self._inner.complete(values, run)
        completed = iter(await self._inner.complete([each for each in values if each is not None], run))
        return [None if each is None else next(completed) for each in values]


class Required(Shape):
    """What may not be null."""

    def __init__(self, inner: Shape) -> None:
        self._inner = inner
        self.waits = inner.waits

    async def complete(self, values: Values, run: "Run") -> Values:
        """None is null."""
        if NoneType in map(type, values):
            raise UnexpectedError("null")
        return await self._inner.complete(values, run)


class Lists(Shape):
    """Lists, whose items are completed together."""

    def __init__(self, items: Shape) -> None:
        self._items = items
        self.waits = items.waits

    async def complete(self, values: Values, run: "Run") -> Values:
        """Each list with its own items."""
        if not {list, tuple}.issuperset(map(type, values)):
            raise UnexpectedError("no list")
        items = iter(await self._items.complete(list(chain.from_iterable(values)), run))
        return [list(islice(items, len(each))) for each in values]


class Objects(Shape):
    """Objects of one type."""

    def __init__(self, type_: GraphQLObjectType, selection: "Selection") -> None:
        # Of the others graphql-core asks nothing either.
        self._class = class_of(type_) if type_.is_type_of else None
        self._selection = selection
        self.waits = selection.waits

    async def complete(self, values: Values, run: "Run") -> Values:
        """What is selected of each."""
        if not values:
            return []
        if self._class and not {self._class}.issuperset(map(type, values)):
            raise UnexpectedError(self._class.__name__)
        return await self._selection.complete(values, run)


class Alternatives(Shape):
    """Objects of the types of a union or an interface, by their classes."""

    def __init__(self, by_class: dict[type, Shape]) -> None:
        self._by_class = by_class
        self.waits = any(each.waits for each in by_class.values())

    async def complete(self, values: Values, run: "Run") -> Values:
        """What is selected of each, the types side by side."""
        classes = list(map(type, values))
        kinds = list(dict.fromkeys(classes))
        if not self._by_class.keys() >= set(kinds):
            raise UnexpectedError("no such type")
        ofs = [[value for value in values if type(value) is kind] for kind in kinds]
        completing = [self._by_class[kind].complete(of, run) for kind, of in zip(kinds, ofs, strict=True)]
        found = await side_by_side(completing) if self.waits else [await each for each in completing]
        completed = dict(zip(kinds, map(iter, found), strict=True))
        return [next(completed[each]) for each in classes]


async def side_by_side(work: list[Any]) -> list[Any]:
    """The results of coroutines; where one fails, the others are cancelled."""
    if len(work) == 1:
        return [await work[0]]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(each) for each in work]
    return [task.result() for task in tasks]


def wrapped(type_: Any, named: Callable[[Any], Shape]) -> Shape:
    """The shape of a type, with what is around the named type."""
    if isinstance(type_, GraphQLNonNull):
        return Required(_inside(type_.of_type, named))
    return Nullable(_inside(type_, named))


def _inside(type_: Any, named: Callable[[Any], Shape]) -> Shape:
    return Lists(wrapped(type_.of_type, named)) if is_list_type(type_) else named(type_)


def class_of(type_: GraphQLObjectType) -> type:
    """The class whose instances are of a type."""
    return type_.extensions["strawberry-definition"].origin
