"""Snapshots of rows in answers that a repeated call is given again."""

from typing import Any, TypeVar

import orjson
from tortoise.models import Model

from models.database.json import to_json

Row = TypeVar("Row", bound=Model)


def row_snapshot(row: Model) -> dict[str, Any]:
    """Every column of a row, as JSON."""
    columns = row._meta.db_fields  # noqa: SLF001 - Tortoise's own reflection
    return orjson.loads(to_json({column: getattr(row, column) for column in columns}))


def row_from_snapshot(table: type[Row], snapshot: dict[str, Any]) -> Row:
    """The row of a snapshot. It is for display and must not be saved."""
    return table(**snapshot)
