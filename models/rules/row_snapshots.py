"""Rows as they were, kept in an answer that may have to be given again."""

from typing import Any, TypeVar

import orjson
from tortoise.models import Model

from models.database.json import to_json

Row = TypeVar("Row", bound=Model)


def row_snapshot(row: Model) -> dict[str, Any]:
    """Every column of a row, as JSON can keep it."""
    columns = row._meta.db_fields  # noqa: SLF001 - Tortoise's own reflection
    return orjson.loads(to_json({column: getattr(row, column) for column in columns}))


def row_again(table: type[Row], snapshot: dict[str, Any]) -> Row:
    """The row as it was when the snapshot was taken. It is for showing: nothing saves it."""
    return table(**snapshot)
