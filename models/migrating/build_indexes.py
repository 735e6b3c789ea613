"""Indexes on large tables, for migrations: built without blocking writes.

The operations may be repeated: an existing index stays, and one that an interrupted build has left invalid is
rebuilt.
"""

from collections.abc import Awaitable, Callable

import asyncpg
from tortoise.migrations import operations as ops

from models.migrating.step_editor import Step, StepEditor, retried


class BuildIndexes(Step):
    """Build indexes CONCURRENTLY. `indexes` are their columns by their name, e.g. `users (account_id, id)`."""

    KIND = "INDEX"

    def __init__(self, indexes: dict[str, str]) -> None:
        self._statements = {
            name: f"CREATE {self.KIND} CONCURRENTLY {name} ON {columns}" for name, columns in indexes.items()
        }
        super().__init__(list(self._statements.values()), reverse_sql=ops.RunSQL.noop)

    async def forward(self, editor: StepEditor) -> None:
        """Build each missing index."""
        for name, statement in self._statements.items():
            await _patiently(editor, statement, lambda connection, n=name, s=statement: _build(connection, n, s))


class BuildUniqueIndexes(BuildIndexes):
    """The same for UNIQUE indexes."""

    KIND = "UNIQUE INDEX"


class DropIndexes(Step):
    """Drop indexes CONCURRENTLY."""

    def __init__(self, *names: str) -> None:
        self._statements = [f"DROP INDEX CONCURRENTLY IF EXISTS {name}" for name in names]
        super().__init__(self._statements, reverse_sql=ops.RunSQL.noop)

    async def forward(self, editor: StepEditor) -> None:
        """Drop each existing index."""
        for statement in self._statements:
            await _patiently(editor, statement, lambda connection, s=statement: connection.execute(s))


async def _patiently(
    editor: StepEditor, statement: str, run: Callable[[asyncpg.Connection], Awaitable[object]]
) -> None:
    """Run it without a time limit: it waits for every older transaction, and blocks no call."""
    async with editor.client.acquire_connection() as connection:
        await connection.execute("SET lock_timeout = 0")
        try:
            await retried(statement, lambda: run(connection))
        finally:
            await connection.execute("RESET lock_timeout")


async def _build(connection: asyncpg.Connection, name: str, statement: str) -> None:
    valid = await connection.fetchval("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass($1)", name)
    if valid is False:
        await connection.execute(f"DROP INDEX CONCURRENTLY {name}")
    if not valid:
        await connection.execute(statement)
