"""Snapshots of rows in answers that a repeated call is given again."""

from typing import Any, TypeVar

import orjson
from tortoise.models import Model

from models.database.json import to_json
from models.tables.hydration import Row

Table = TypeVar("Table", bound=Model)


def row_snapshot(row: Row) -> dict[str, Any]:
    """Every column of a row, as JSON."""
    return orjson.loads(to_json({column: getattr(row, column) for column in row.columns()}))


def row_from_snapshot(table: type[Table], snapshot: dict[str, Any]) -> Table:
    """The row of a snapshot. It is for display and must not be saved."""
    return table(**snapshot)
