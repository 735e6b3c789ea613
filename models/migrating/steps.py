"""The steps of migrations, beside indexes: statements that may be repeated."""

import asyncio
from collections.abc import Sequence
from typing import Any

import asyncpg
from tortoise import fields
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from models.migrating.step_editor import Step, StepEditor, retried

BATCH = 5_000
# Seconds, while all rows that are left are locked.
LOOKS_EVERY = 0.1


class Statements(ops.RunSQL):
    """Statements, each of which changes one table at most, and may be run again: IF NOT EXISTS, OR REPLACE.

    `declares` are Tortoise's own operations, which update its state.
    """

    def __init__(self, *statements: str, declares: Sequence[Any] = ()) -> None:
        super().__init__(list(statements), reverse_sql=ops.RunSQL.noop)
        self._declares = declares

    def state_forward(self, app_label: str, state: Any) -> None:
        """Update Tortoise's state."""
        for each in self._declares:
            each.state_forward(app_label, state)


class AddConstraints(Step):
    """Add CHECK and FOREIGN KEY constraints without blocking calls while rows are read.

    Each is added NOT VALID, which holds for new rows, and then validated beside reads and writes. `constraints` are
    definitions by name, by table.
    """

    def __init__(self, constraints: dict[str, dict[str, str]]) -> None:
        self._steps = [
            (
                table,
                name,
                f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition} NOT VALID",
                f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}",
            )
            for table, definitions in constraints.items()
            for name, definition in definitions.items()
        ]
        super().__init__([sql for *_, add, validate in self._steps for sql in (add, validate)], ops.RunSQL.noop)

    async def forward(self, editor: StepEditor) -> None:
        """Add each missing constraint, and validate each that is not valid."""
        for table, name, add, validate in self._steps:
            async with editor.client.acquire_connection() as connection:
                valid = await connection.fetchval(
                    "SELECT convalidated FROM pg_constraint WHERE conrelid = to_regclass($1) AND conname = $2",
                    table,
                    name,
                )
            if valid is None:
                await self._run_sql(editor, add)
            if not valid:
                await self._run_sql(editor, validate)


class FillRows(Step):
    """Fill a column of existing rows, skipping locked ones, 5 000 in a transaction."""

    def __init__(self, table: str, values: str, where: str) -> None:
        found = f"FROM {table} WHERE {where}"
        self._left = f"SELECT EXISTS (SELECT {found})"
        batch = f"SELECT ctid {found} LIMIT {BATCH} FOR NO KEY UPDATE SKIP LOCKED"
        update = f"UPDATE {table} SET {values} WHERE ctid = ANY (ARRAY({batch}))"  # noqa: S608
        super().__init__(update, reverse_sql=ops.RunSQL.noop)

    async def forward(self, editor: StepEditor) -> None:
        """Fill until no row is left."""
        async with editor.client.acquire_connection() as connection:
            await retried(self.sql, lambda: self._fill(connection))

    async def _fill(self, connection: asyncpg.Connection) -> None:
        while await connection.fetchval(self._left):
            if await connection.execute(self.sql) == "UPDATE 0":
                await asyncio.sleep(LOOKS_EVERY)


def reference(model: str, column: str, *, null: bool = False) -> Any:
    """The field of a column that refers to the id of a row of another table, for `declares`."""
    return fields.ForeignKeyField(
        model,
        source_field=column,
        null=null,
        db_constraint=True,
        to_field="id",
        related_name=False,
        on_delete=OnDelete.RESTRICT,
    )
