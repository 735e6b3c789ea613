"""The page of a list that a statement reads, and how a connection's arguments become one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from models.reads.conditions import Condition


@dataclass(frozen=True)
class ListPage:
    """Which rows of a list: `size` at most (None: all), after and before a row, from the start or from the end.

    TableSource are told by their key: an id, or a version of the account.
    """

    conditions: tuple[Condition, ...] = ()
    size: int | None = None
    after: UUID | int | None = None
    before: UUID | int | None = None
    backwards: bool = False

    @property
    def shape(self) -> tuple[object, ...]:
        """The part of it that the statement depends on, beside the values."""
        conditions = tuple(each.shape for each in self.conditions)
        return conditions, self.size is None, self.after is None, self.before is None, self.backwards

    @cached_property
    def required(self) -> tuple[Condition, ...]:
        """The conditions whose values may have the list refused."""
        return tuple(each for each in self.conditions if each.requires)

    @property
    def edge(self) -> UUID | int | None:
        """The row that the page stands beside."""
        return self.before if self.backwards else self.after

    @property
    def values(self) -> list[Any]:
        """The values of the statement's part, in order."""
        given = [value for each in self.conditions for value in each.values]
        given += [row for row in (self.after, self.before) if row is not None]
        return given if self.size is None else [*given, self.size + 1]


@dataclass(frozen=True)
class Paging:
    """How a connection's arguments become a page, and a row's key its cursor, in the list of a name."""

    page: Callable[[str, Mapping[str, Any], tuple[Condition, ...]], ListPage]
    cursor: Callable[[str, Any], str]
