"""Indexes on tables that have grown, for migrations: nobody waits for them to write, however many rows there are.

The operations may be run again: an index that is there stays, and one that an interrupted build has left invalid is
built anew.
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
        """Build each that is not there."""
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
        """Drop each that is there."""
        for statement in self._statements:
            await _patiently(editor, statement, lambda connection, s=statement: connection.execute(s))


async def _patiently(
    editor: StepEditor, statement: str, run: Callable[[asyncpg.Connection], Awaitable[object]]
) -> None:
    """Run it without a limit: it waits for every transaction that is older than itself, and holds up no call."""
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
