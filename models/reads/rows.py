"""Rows of tables by conditions of SQL, without Tortoise's query builder."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar
from uuid import UUID

from tortoise.models import Model

from models.database.connection import fetch_records
from models.reads.conditions import Condition
from models.reads.searched_ids import SearchedIds, listed_ids
from models.reads.sources import Placed, SourcedIds, known_total

Found = TypeVar("Found", bound=Model)


async def rows_where(table: type[Found], condition: str, *values: Any) -> list[Found]:
    """The rows of a table that meet a condition of SQL, e.g. "account_id = $1 AND id = ANY($2)"."""
    row: Any = table
    columns = ", ".join(f'"{column}"' for column in row.columns())
    statement = f'SELECT {columns} FROM "{row.table_name()}" AS found WHERE {condition}'  # noqa: S608 - nothing of it is given
    rows = await fetch_records(statement, *values)
    return row.of_records(record.values() for record in rows)


@dataclass(frozen=True)
class Rows(Generic[Found]):
    """The rows of a table that belong to an account and meet conditions.

    `edges` are comparisons of their ids, e.g. `>` and an id.
    """

    table: type[Found]
    account_id: UUID
    conditions: Sequence[Condition] = ()
    edges: Sequence[tuple[str, UUID]] = ()

    def beyond(self, sign: str, edge: UUID) -> "Rows[Found]":
        """The rows whose id compares so to another one, e.g. by `>`."""
        return replace(self, edges=[*self.edges, (sign, edge)])

    async def read(self, limit: int, *, newest_first: bool = False) -> list[Found]:
        """The first rows in the order of their ids."""
        written = self._written([limit])
        order, place = "DESC" if newest_first else "", f"${len(written.values)}"
        condition = " AND ".join(written.conditions)
        if written.ids:
            ids = written.ids.page(order, place, written.edges)
            condition = f"found.account_id = $1 AND found.id = ANY (ARRAY{ids})"
        return await rows_where(self.table, f"{condition} ORDER BY id {order} LIMIT {place}", *written.values)

    async def count(self) -> int:
        """The number of rows."""
        written = self._written()
        known = "" if self.edges else known_total(written.placed, "$1")
        counted = written.ids.count() if written.ids else f"(SELECT count(*) {self._from(written)})"
        return await self._value(known or counted, written)

    async def exist(self) -> bool:
        """Whether there is a row."""
        written = self._written()
        found = written.ids.exist(written.edges) if written.ids else f"EXISTS (SELECT {self._from(written)})"
        return await self._value(found, written)

    async def _value(self, what: str, written: "_Written") -> Any:
        # PostgreSQL requires that every parameter is used.
        rows = await fetch_records(f"SELECT {what} AS value WHERE $1::uuid IS NOT NULL", *written.values)
        return rows[0]["value"]

    def _from(self, written: "_Written") -> str:
        table: Any = self.table
        return f'FROM "{table.table_name()}" AS found WHERE {" AND ".join(written.conditions)}'

    def _written(self, more: Sequence[Any] = ()) -> "_Written":
        values: list[Any] = [self.account_id]
        placed, edges = [], []
        for condition in self.conditions:
            values += condition.values
            placed.append((condition, f"${len(values)}"))
        for sign, edge in self.edges:
            values.append(edge)
            edges.append((sign, f"${len(values)}"))
        return _Written(placed, edges, [*values, *more])


@dataclass(frozen=True)
class _Written:
    """Conditions and edges with their parameters; the first parameter of the statement is the account."""

    placed: list[Placed]
    edges: list[tuple[str, str]]
    values: list[Any]

    @property
    def ids(self) -> SearchedIds | SourcedIds | None:
        return listed_ids(self.placed, "$1")

    @property
    def conditions(self) -> list[str]:
        conditions = [condition.written("found", "$1", value) for condition, value in self.placed]
        return ["found.account_id = $1", *conditions, *(f"found.id {sign} {edge}" for sign, edge in self.edges)]
