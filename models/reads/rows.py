"""Rows of a table by a condition that is always the same, without having Tortoise write the statement each time."""

from typing import Any, TypeVar

from tortoise import connections
from tortoise.models import Model

Found = TypeVar("Found", bound=Model)


async def rows_where(table: type[Found], condition: str, *values: Any) -> list[Found]:
    """The rows of a table that meet a condition of SQL, e.g. "account_id = $1 AND id = ANY($2)"."""
    meta = table._meta  # noqa: SLF001
    columns = ", ".join(f'"{column}"' for column in meta.fields_db_projection.values())
    statement = f'SELECT {columns} FROM "{meta.db_table}" WHERE {condition}'  # noqa: S608 - nothing of it is given
    _, rows = await connections.get("default").execute_query(statement, list(values))
    make: Any = table._init_from_db  # noqa: SLF001
    return [make(**row) for row in rows]
