"""Indexes on tables that have grown, for migrations."""

from typing import Any

import asyncpg
from tortoise.migrations import operations as ops


class BuildIndexes(ops.RunSQL):
    """Build indexes CONCURRENTLY: nobody waits for it to write, however many rows there are.

    For a migration with `atomic = False` that may run again: an index that is there stays, and one that an
    interrupted build has left invalid is built anew.
    """

    def __init__(self, indexes: dict[str, str]) -> None:
        super().__init__(
            [f"CREATE INDEX CONCURRENTLY {name} ON {columns}" for name, columns in indexes.items()],
            reverse_sql=ops.RunSQL.noop,
        )
        self._indexes = indexes

    async def database_forward(
        self, app_label: str, old_state: Any, new_state: Any, state_editor: Any = None
    ) -> None:
        """Build each that is not there."""
        if state_editor is None or state_editor.collect_sql:
            await super().database_forward(app_label, old_state, new_state, state_editor)
            return
        async with state_editor.client.acquire_connection() as connection:
            # It reads the table twice, and waits for every transaction that is older than itself.
            await connection.execute("SET statement_timeout = 0; SET lock_timeout = 0")
            try:
                for name, columns in self._indexes.items():
                    await _build(connection, name, columns)
            finally:
                await connection.execute("RESET statement_timeout; RESET lock_timeout")


async def _build(connection: asyncpg.Connection, name: str, columns: str) -> None:
    valid = await connection.fetchval("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass($1)", name)
    if valid is False:
        await connection.execute(f"DROP INDEX CONCURRENTLY {name}")
    if not valid:
        await connection.execute(f"CREATE INDEX CONCURRENTLY {name} ON {columns}")
