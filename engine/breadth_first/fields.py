"""The fields of a selection, each read of all rows at once."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from graphql.execution.values import VariableValues

from engine.breadth_first.completion import Shape, Values, side_by_side


@dataclass(frozen=True, slots=True)
class Run:
    """One run of an operation. It stands in for graphql-core's info, of which resolvers see the context alone."""

    context: Any
    variables: VariableValues


class Reader(ABC):
    """Reads one field of rows. `waits` as in Shape; `resolver` is what it calls, if anything."""

    waits = False
    resolver: object = None

    @abstractmethod
    async def values(self, rows: Values, run: Run) -> Values:
        """The value of each row."""


class Constant(Reader):
    """The same of all rows."""

    def __init__(self, value: object) -> None:
        self._value = value

    async def values(self, rows: Values, run: Run) -> Values:  # noqa: ARG002
        """As often as there are rows."""
        return [self._value] * len(rows)


class Attribute(Reader):
    """An attribute."""

    def __init__(self, name: str) -> None:
        self._get = attrgetter(name)

    async def values(self, rows: Values, run: Run) -> Values:  # noqa: ARG002
        """As they are set."""
        return list(map(self._get, rows))


@dataclass(frozen=True, slots=True)
class Column:
    """One field."""

    reader: Reader
    shape: Shape

    @property
    def waits(self) -> bool:
        """Whether it may take more than a turn of the event loop."""
        return self.reader.waits or self.shape.waits

    async def cells(self, rows: Values, run: Run) -> Values:
        """What is shown of each row."""
        return await self.shape.complete(await self.reader.values(rows, run), run)


class Selection:
    """What is selected of the rows of one type."""

    def __init__(self, columns: dict[str, Column]) -> None:
        self.columns = columns
        self._names = tuple(columns)
        self._cells = [(place, each) for place, each in enumerate(columns.values()) if not each.waits]
        self._waiting = [(place, each) for place, each in enumerate(columns.values()) if each.waits]
        self.waits = bool(self._waiting)

    async def complete(self, rows: Values, run: Run) -> Values:
        """Each row as it is shown; what waits is waited for side by side."""
        columns: list[Values] = [()] * len(self._names)
        for place, column in self._cells:
            columns[place] = await column.cells(rows, run)
        if self._waiting:
            waiting = [column.cells(rows, run) for _, column in self._waiting]
            for (place, _), cells in zip(self._waiting, await side_by_side(waiting), strict=True):
                columns[place] = cells
        if not columns:
            # @skip may have left nothing of it.
            return [{} for _ in rows]
        names = self._names
        return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
