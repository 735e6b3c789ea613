"""Rows as they were, kept in an answer that may have to be given again."""

from typing import Any, TypeVar

import orjson
from tortoise.models import Model

from models.database.json import to_json
from models.tables.hydration import Row

Table = TypeVar("Table", bound=Model)


def row_snapshot(row: Row) -> dict[str, Any]:
    """Every column of a row, as JSON can keep it."""
    return orjson.loads(to_json({column: getattr(row, column) for column in row.columns()}))


def row_again(table: type[Table], snapshot: dict[str, Any]) -> Table:
    """The row as it was when the snapshot was taken. It is for showing: nothing saves it."""
    return table(**snapshot)
