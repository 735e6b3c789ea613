"""Running the statements of a migration, one transaction each, without blocking calls."""

import asyncio
from abc import abstractmethod
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import structlog
from tortoise.migrations import operations as ops
from tortoise.migrations.schema_editor import AsyncpgSchemaEditor

from models.database.connecting import DatabaseNotReady
from models.database.connection import fetch_one

# While a statement waits for its lock, calls queue behind it.
LOCK_TIMEOUT = "2s"
TRIES = 20
# Seconds after the first try, twice as many after the second, three times after the third: three minutes in all.
WAITS = 1.0
# Characters of a statement.
SHOWN = 80

# Of those that hold a lock of a table; 16384 is where PostgreSQL's own tables end.
OLDEST_TRANSACTION = """
SELECT pid, coalesce(host(client_addr), 'a local socket') AS address, xact_start FROM pg_stat_activity AS activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL AND EXISTS (
    SELECT FROM pg_locks WHERE pg_locks.pid = activity.pid AND locktype = 'relation' AND granted AND relation >= 16384
)
ORDER BY xact_start LIMIT 1
"""

log = structlog.get_logger(__name__)


class LockNotAvailable(DatabaseNotReady):
    """A statement did not get its lock after all tries: another transaction is open on its table."""


class StepEditor(AsyncpgSchemaEditor):
    """Runs each statement by itself, on connections whose lock_timeout is LOCK_TIMEOUT, and tries it again."""

    async def _run_sql(self, sql: str) -> None:
        if self.collect_sql:
            self.collected_sql.append(sql)
        else:
            await retried(sql, lambda: self.client.execute_script(sql))


class Step(ops.RunSQL):
    """A step that does not simply run its statements in order; `usher migrate --check` lists them all the same."""

    async def database_forward(
        self, app_label: str, old_state: Any, new_state: Any, state_editor: Any = None
    ) -> None:
        """Run them, or have the editor collect them."""
        if state_editor is None or state_editor.collect_sql:
            await super().database_forward(app_label, old_state, new_state, state_editor)
        else:
            await self.forward(state_editor)

    @abstractmethod
    async def forward(self, editor: StepEditor) -> None:
        """Run the statements that are not done yet."""


async def retried(sql: str, run: Callable[[], Awaitable[object]]) -> None:
    """Run a statement until it gets its locks, with growing pauses in which calls go on.

    Raises LockNotAvailable.
    """
    for tried in range(1, TRIES + 1):
        try:
            await run()
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
            oldest = await _oldest_transaction()
            if tried == TRIES:
                raise LockNotAvailable(
                    f"The migration has stopped: a lock was not free in {TRIES} tries, for {sql[:SHOWN]!r}. {oldest} "
                    "Run `usher migrate` again: it goes on from here."
                ) from None
            log.warning("migration.waits_for_lock", statement=sql[:SHOWN], oldest=oldest, retries_in=tried * WAITS)
            await asyncio.sleep(tried * WAITS)
        else:
            return


async def _oldest_transaction() -> str:
    row = await fetch_one(OLDEST_TRANSACTION)
    if row is None:
        return "No other transaction is open by now."
    return (
        f"The oldest transaction is that of process {row['pid']} of the database, from {row['address']}, "
        f"since {row['xact_start']:%Y-%m-%d %H:%M:%S} UTC."
    )
