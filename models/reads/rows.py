"""Rows of tables by conditions of SQL, without having Tortoise write the statement each time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from tortoise.models import Model

from models.database import fetch_records
from models.reads.conditions import Condition

Found = TypeVar("Found", bound=Model)


async def rows_where(table: type[Found], condition: str, *values: Any) -> list[Found]:
    """The rows of a table that meet a condition of SQL, e.g. "account_id = $1 AND id = ANY($2)"."""
    meta = table._meta  # noqa: SLF001
    columns = ", ".join(f'"{column}"' for column in meta.fields_db_projection.values())
    statement = f'SELECT {columns} FROM "{meta.db_table}" AS found WHERE {condition}'  # noqa: S608 - nothing of it is given
    rows = await fetch_records(statement, *values)
    made: Any = table
    return made.of_records(row.values() for row in rows)


@dataclass(frozen=True)
class Rows(Generic[Found]):
    """The rows of a table that belong to an account and meet conditions."""

    table: type[Found]
    account_id: UUID
    conditions: Sequence[Condition] = ()

    def where(self, sql: str, value: object) -> "Rows[Found]":
        """Those of them that meet one more."""
        return Rows(self.table, self.account_id, [*self.conditions, Condition(sql, value)])

    async def read(self, order: str, limit: int) -> list[Found]:
        """The first of them in an order."""
        condition, values = self._written()
        place = f"${len(values) + 1}"
        return await rows_where(self.table, f"{condition} ORDER BY {order} LIMIT {place}", *values, limit)

    async def count(self) -> int:
        """How many there are."""
        return await self._told("count(*)")

    async def exist(self) -> bool:
        """Whether there are any."""
        return await self._told("count(*) > 0", "LIMIT 1")

    async def _told(self, what: str, limit: str = "") -> Any:
        condition, values = self._written()
        table = self.table._meta.db_table  # noqa: SLF001
        rows = f'SELECT FROM "{table}" AS found WHERE {condition} {limit}'
        return (await fetch_records(f"SELECT {what} AS told FROM ({rows}) AS found", *values))[0]["told"]  # noqa: S608 - as above

    def _written(self) -> tuple[str, list[Any]]:
        values: list[Any] = [self.account_id]
        parts = ["found.account_id = $1"]
        for condition in self.conditions:
            values += condition.values
            parts.append(condition.sql.format(row="found", account="$1", value=f"${len(values)}"))
        return " AND ".join(parts), values
