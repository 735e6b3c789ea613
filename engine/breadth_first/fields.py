"""The fields of a selection set, each read of all rows at once."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from graphql.execution.values import VariableValues

from engine.breadth_first.completion import Completer, Values, gather


@dataclass(frozen=True, slots=True)
class Run:
    """One run of an operation. It stands in for graphql-core's info, of which resolvers see the context alone."""

    context: Any
    variables: VariableValues


class FieldReader(ABC):
    """Reads one field of rows. `waits` as in Completer; `resolver` is the function that it calls, if any."""

    waits = False
    resolver: object = None

    @abstractmethod
    async def values(self, rows: Values, run: Run) -> Values:
        """The value of each row."""


class ConstantField(FieldReader):
    """The same value for all rows."""

    def __init__(self, value: object) -> None:
        self._value = value

    async def values(self, rows: Values, run: Run) -> Values:  # noqa: ARG002
        """The value, once for each row."""
        return [self._value] * len(rows)


class AttributeField(FieldReader):
    """An attribute of each row."""

    def __init__(self, name: str) -> None:
        self._get = attrgetter(name)

    async def values(self, rows: Values, run: Run) -> Values:  # noqa: ARG002
        """The attribute of each row."""
        return list(map(self._get, rows))


@dataclass(frozen=True, slots=True)
class ExecutionField:
    """One field of a scope: its reader, and the completer of its values."""

    reader: FieldReader
    completer: Completer

    @property
    def waits(self) -> bool:
        """Whether it may take more than one turn of the event loop."""
        return self.reader.waits or self.completer.waits

    async def execute(self, rows: Values, run: Run) -> Values:
        """The completed value of each row."""
        return await self.completer.complete(await self.reader.values(rows, run), run)


class ExecutionScope:
    """The fields selected of the rows of one type, by response key."""

    def __init__(self, fields: dict[str, ExecutionField]) -> None:
        self.fields = fields
        self._keys = tuple(fields)
        self._immediate = [(place, each) for place, each in enumerate(fields.values()) if not each.waits]
        self._waiting = [(place, each) for place, each in enumerate(fields.values()) if each.waits]
        self.waits = bool(self._waiting)

    async def execute(self, rows: Values, run: Run) -> Values:
        """The response object of each row; fields that wait run concurrently."""
        columns: list[Values] = [()] * len(self._keys)
        for place, field in self._immediate:
            columns[place] = await field.execute(rows, run)
        if self._waiting:
            waiting = [field.execute(rows, run) for _, field in self._waiting]
            for (place, _), completed in zip(self._waiting, await gather(waiting), strict=True):
                columns[place] = completed
        if not columns:
            # @skip may have left out every field.
            return [{} for _ in rows]
        keys = self._keys
        return [dict(zip(keys, row, strict=True)) for row in zip(*columns, strict=True)]
