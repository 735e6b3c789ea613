"""The connection pool and the one transaction helper of the project."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, cast

import asyncpg
from tortoise import Tortoise, connections
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper

from models.database.connecting import CONNECT_WITHIN, connect_to_database
from models.database.database_url import DatabaseUrl
from models.database.outages import NOT_PRIMARY, StateOfDatabase
from models.database.prepared_statements import ADVICE, STATEMENT_LOST, say_that_statements_are_lost
from models.database.session_limits import LIMITS, SETTINGS, lacking_limits, limits_to_send

TABLES = "models.tables"
MIGRATIONS = "models.migrations"

ANSWER_WITHIN = 35.0
# Errors that Tortoise takes for faults of a statement, though they are a state of the database or of a pooler.
STATES = (*NOT_PRIMARY, *STATEMENT_LOST, asyncpg.IdleInTransactionSessionTimeoutError)

# Of a snapshot. The first four are PostgreSQL's time limits, the fourth from version 17 on. Its statements read whole
# tables, for which an index scan is slow; where PostgreSQL's estimates fail, it would choose one.
SNAPSHOT_SETTINGS = {
    "statement_timeout": "0",
    "lock_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "transaction_timeout": "0",
    "enable_indexscan": "off",
    "enable_bitmapscan": "off",
}
# For sorts and hashes; an installation's own setting may be larger.
ENOUGH_MEMORY = """
SELECT set_config('work_mem', '64MB', true) WHERE pg_size_bytes(current_setting('work_mem')) < pg_size_bytes('64MB')
"""
SET_WHAT_IS_THERE = """
SELECT set_config(setting.name, setting.value, true) FROM unnest($1::text[], $2::text[]) AS setting (name, value)
WHERE EXISTS (SELECT FROM pg_settings WHERE pg_settings.name = setting.name)
"""


class PooledConnection(asyncpg.Connection):
    """A connection that is returned to the pool without a reset query, unless a statement was cancelled.

    No lock, setting or cursor outlives its transaction here, and the pool still rolls that back. But a call that is
    cancelled between the preparation of a statement and its execution leaves an implicit transaction open, with the
    statement's locks: the reset query ends it.
    """

    _cancelled = False

    def get_reset_query(self) -> str:
        """The query that the pool sends when a connection is returned: mostly none."""
        return super().get_reset_query() if self._cancelled else ""

    async def reset(self, *, timeout: float | None = None) -> None:  # noqa: ASYNC109 - the driver's signature
        """Reset the session's state."""
        await super().reset(timeout=timeout)
        self._cancelled = False

    async def _execute(self, *args: Any, **kwargs: Any) -> Any:
        self._cancelled, cancelled = True, self._cancelled
        try:
            result = await super()._execute(*args, **kwargs)
        except STATES as error:
            raise await _state_of_database(error) from error
        self._cancelled = cancelled
        return result

    async def _executemany(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return await super()._executemany(*args, **kwargs)
        except STATES as error:
            raise await _state_of_database(error) from error


def tortoise_config(
    url: DatabaseUrl,
    *,
    pool_size: int = 20,
    server_settings: dict[str, str] | None = None,
    answer_within: float | None = ANSWER_WITHIN,
) -> dict[str, Any]:
    """Tortoise's configuration for a database URL."""

    async def connect_pooled(*_: Any, connection_class: Any, record_class: Any, **__: Any) -> asyncpg.Connection:
        return await connect_to_database(
            url,
            connection_class=connection_class,
            record_class=record_class,
            server_settings=server_settings,
            # The server's own limits do not help once it has vanished.
            command_timeout=answer_within,
        )

    connection = {
        # Tortoise requires a host; `connect` makes the connections.
        "host": url.hosts[0][0],
        "port": url.hosts[0][1],
        "user": url.user,
        "password": None,
        "database": url.database,
        "connection_class": PooledConnection,
        "connect": connect_pooled,
        "minsize": 1,
        "maxsize": pool_size,
    }
    return {
        "connections": {"default": {"engine": "tortoise.backends.asyncpg", "credentials": connection}},
        "apps": {"models": {"models": [TABLES], "migrations": MIGRATIONS}},
        "use_tz": True,
        "timezone": "UTC",
    }


async def connect(url: str, *, pool_size: int = 20, answer_within: float | None = ANSWER_WITHIN) -> None:
    """Open the pool. Raises OSError when the database cannot be reached, LimitsNotSet where it lacks its limits.

    `answer_within` is how many seconds the client waits for a statement; None for as long as the statement runs.
    """
    parsed = DatabaseUrl.parse(url)
    config = partial(tortoise_config, parsed, pool_size=pool_size, answer_within=answer_within)
    await _open(config())
    # The pool's first connection is needed anyway, and mostly has the limits.
    if lacking_limits(await fetch(SETTINGS, list(LIMITS))):
        await disconnect()
        await _open(config(server_settings=await limits_to_send(parsed)))


async def _open(config: dict[str, Any]) -> None:
    # The fallback lets tasks that the web server starts find the pool; they do not inherit the context variables.
    await Tortoise.init(config=config, _enable_global_fallback=True)
    await fetch("SELECT 1")


async def disconnect() -> None:
    """Close the pool."""
    await Tortoise.close_connections()


async def fetch(sql: str, *values: Any) -> list[dict[str, Any]]:
    """Run one statement, inside the current transaction if there is one, and return its rows."""
    return await connections.get("default").execute_query_dict(sql, list(values))


async def fetch_one(sql: str, *values: Any) -> dict[str, Any] | None:
    """Run one statement and return its first row, or None."""
    rows = await fetch(sql, *values)
    return rows[0] if rows else None


async def takes_changes() -> bool:
    """Whether the database takes changes: it is the primary, and is not read-only. Writes nothing.

    If not, the pool's connections expire: new ones may find another primary.
    """
    row = await fetch_one(
        "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean AS read_only"
    )
    if row is None or row["read_only"]:
        await _expire_connections()
        return False
    return True


async def commits_are_on_one_host() -> bool:
    """Whether a commit is acknowledged before any standby has it."""
    row = await fetch_one(
        "SELECT current_setting('synchronous_standby_names') = ''"
        " OR current_setting('synchronous_commit') IN ('off', 'local') AS alone"
    )
    return bool(row and row["alone"])


async def fetch_records(sql: str, *values: Any) -> list[Any]:
    """Run one statement that only reads, as `fetch` does, and return the driver's records, which costs less."""
    client = connections.get("default")
    if not isinstance(client, TransactionWrapper):
        return await run_alone(sql, *values)
    return list((await client.execute_query(sql, list(values)))[1])


async def run_alone(sql: str, *values: Any) -> list[Any]:
    """Run one statement as a transaction of its own and return the driver's records. Refused inside a transaction."""
    client = connections.get("default")
    if isinstance(client, TransactionWrapper):
        raise RuntimeError("a transaction is already open: operations do not nest")
    pool = await _pool(cast("AsyncpgDBClient", client))
    # A free connection may have to be opened, which has its own time limit.
    at_most = CONNECT_WITHIN if pool._queue is None or pool._queue.empty() else None  # noqa: SLF001
    connection = await pool.acquire(timeout=at_most)
    try:
        rows = await connection.fetch(sql, *values)
    except BaseException:
        await asyncio.shield(pool.release(connection))
        raise
    # Without a reset query this awaits nothing and cannot be cancelled, so the pool's shielding task is not needed.
    await connection._holder.release(None)  # noqa: SLF001
    return rows


async def execute_many(sql: str, rows: Sequence[Sequence[Any]]) -> None:
    """Run one statement once per row."""
    await connections.get("default").execute_many(sql, [list(row) for row in rows])


@asynccontextmanager
async def transaction(*, isolation: str | None = None, readonly: bool = False) -> AsyncIterator[None]:
    """Run the block in one transaction: commit when it ends, roll back when it raises or is cancelled.

    Nothing but the database may be awaited inside, and no task may be started there. Tortoise's own
    `in_transaction` leaks a connection for each task cancelled while it enters; here the connection goes back
    to the pool whatever happens, broken or not. Nesting is refused: an operation is one transaction.
    """
    client = connections.get("default")
    if isinstance(client, TransactionWrapper):
        raise RuntimeError("a transaction is already open: operations do not nest")
    pool = await _pool(cast("AsyncpgDBClient", client))
    connection = await pool.acquire(timeout=CONNECT_WITHIN)
    try:
        wrapper = TransactionWrapper(cast("AsyncpgDBClient", client))
        wrapper._connection = cast("Any", connection)  # noqa: SLF001 - as Tortoise's own context does
        token = connections.set("default", wrapper)
        try:
            async with connection.transaction(isolation=isolation, readonly=readonly):
                yield
        finally:
            connections.reset(token)
    finally:
        # The pool's reset rolls back what a cancelled task left open.
        await asyncio.shield(pool.release(connection))


@asynccontextmanager
async def snapshot() -> AsyncIterator[None]:
    """Run a report: a transaction that sees one state of the database, reads tables as a whole and writes nothing.

    The server's time limits do not apply in it; the client's own is that of `connect`. As long as it runs, no vacuum
    removes rows that were deleted after it began.
    """
    async with transaction(isolation="repeatable_read", readonly=True):
        await fetch(SET_WHAT_IS_THERE, list(SNAPSHOT_SETTINGS), list(SNAPSHOT_SETTINGS.values()))
        await fetch(ENOUGH_MEMORY)
        yield


@asynccontextmanager
async def savepoint() -> AsyncIterator[None]:
    """Inside a transaction: undo only the block when it raises, e.g. on a unique violation."""
    client = connections.get("default")
    if not isinstance(client, TransactionWrapper):
        raise RuntimeError("a savepoint needs a transaction")
    async with cast("asyncpg.Connection", client._connection).transaction():  # noqa: SLF001
        yield


async def _state_of_database(error: asyncpg.PostgresError) -> StateOfDatabase:
    """The error that is raised in place of one of STATES."""
    if isinstance(error, NOT_PRIMARY):
        await _expire_connections()
    if isinstance(error, STATEMENT_LOST):
        say_that_statements_are_lost()
        return StateOfDatabase(ADVICE)
    return StateOfDatabase(str(error))


async def _expire_connections() -> None:
    """Expire the pool's connections: their host is no longer the primary."""
    client = cast("AsyncpgDBClient", connections.get("default"))
    # A transaction's client has the pool of the client that it was made from.
    if client._pool is not None:  # noqa: SLF001
        await client._pool.expire_connections()  # noqa: SLF001


async def _pool(client: AsyncpgDBClient) -> asyncpg.Pool:
    if client._pool is None:  # noqa: SLF001
        await client.execute_query("SELECT 1")
    return cast("asyncpg.Pool", client._pool)  # noqa: SLF001
