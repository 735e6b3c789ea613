"""Bringing the database to the newest schema."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from asyncpg.transaction import Transaction
from tortoise import Tortoise

from models.database.advisory_locks import MIGRATING
from models.database.connecting import CannotConnect, DatabaseNotReady, connect_to_database
from models.database.connection import disconnect, tortoise_config
from models.database.database_url import DatabaseUrl
from models.database.pending_migrations import check_version
from models.database.session_limits import LIMITS, set_limits
from models.migrating.apply_migrations import apply_migrations
from models.migrating.step_editor import LOCK_TIMEOUT

# Seconds.
WAITS_FOR_OTHERS = 60.0
TRIES_EVERY = 0.1
# A migration has no time limit, but does not wait for locks while calls queue behind it.
UNHURRIED = LIMITS | {
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "lock_timeout": LOCK_TIMEOUT,
}
NOT_DIRECT = (
    "Migrations need PostgreSQL itself, and this address is one of a pooler. Set USHER_DATABASE_DIRECT_URL to the"
    " address of PostgreSQL."
)


class MigrationUnderWay(DatabaseNotReady):
    """Another process migrates the database, and has not ended within the time limit."""


class NotDirect(DatabaseNotReady):
    """The address for migrations is one of a pooler."""


async def migrate(url: str) -> list[str]:
    """Apply what is missing and return the names of the migrations applied; then give the role its limits.

    `url` is of PostgreSQL itself, not of a pooler. A lock lets several processes start at once: one migrates, the
    others wait and find it done. Raises MigrationUnderWay, LockNotAvailable, VersionTooOld, NotDirect.
    """
    parsed = DatabaseUrl.parse(url)
    await check_version_of(parsed)
    async with _alone(parsed) as connection:
        applied = await _apply(parsed)
        await set_limits(connection)
    return applied


async def check_version_of(url: DatabaseUrl) -> None:
    """Raise VersionTooOld where a newer version has removed something that this one needs."""
    # On a connection of its own: that of the lock must keep no snapshot.
    connection = await connect_to_database(url)
    try:
        await check_version(connection)
    finally:
        await connection.close()


@asynccontextmanager
async def _alone(url: DatabaseUrl) -> AsyncIterator[asyncpg.Connection]:
    """A connection whose transaction holds the advisory lock of migrations."""
    connection = await _connect_directly(url)
    try:
        transaction = await _locked(connection)
        yield connection
        await transaction.commit()
    finally:
        await connection.close()


async def _connect_directly(url: DatabaseUrl) -> asyncpg.Connection:
    """A connection with the limits of migrations, which a pooler refuses or ignores. Raises NotDirect then."""
    try:
        connection = await connect_to_database(url, server_settings=UNHURRIED)
    except CannotConnect as error:
        # PgBouncer's words.
        if "unsupported startup parameter" in str(error):
            raise NotDirect(NOT_DIRECT) from error
        raise
    if await connection.fetchval("SELECT current_setting('statement_timeout')") != UNHURRIED["statement_timeout"]:
        await connection.close()
        raise NotDirect(NOT_DIRECT)
    return connection


async def _locked(connection: asyncpg.Connection) -> Transaction:
    """A transaction that holds the lock.

    CREATE INDEX CONCURRENTLY waits for the end of every transaction that it finds with a snapshot. So each try is a
    transaction of its own, and the one that has the lock keeps no snapshot: that of its portal goes with the next
    statement of the simple protocol.
    """
    clock = asyncio.get_running_loop().time
    until = clock() + WAITS_FOR_OTHERS
    while True:
        transaction = connection.transaction()
        await transaction.start()
        if await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", MIGRATING):
            await connection.execute("SELECT 1")
            return transaction
        await transaction.rollback()
        if clock() > until:
            raise MigrationUnderWay(await _holder(connection))
        await asyncio.sleep(TRIES_EVERY)


async def _holder(connection: asyncpg.Connection) -> str:
    row = await connection.fetchrow(
        """
        SELECT activity.pid, coalesce(host(activity.client_addr), 'a local socket') AS address, activity.xact_start
        FROM pg_locks AS held JOIN pg_stat_activity AS activity ON activity.pid = held.pid
        WHERE held.locktype = 'advisory' AND held.granted AND (held.classid::bigint << 32 | held.objid::bigint) = $1
        """,
        MIGRATING,
    )
    waited = f"The database is being migrated; this has waited {WAITS_FOR_OTHERS:.0f} seconds for the lock"
    if row is None:
        return f"{waited}, which is free by now: try again."
    since = f"since {row['xact_start']:%Y-%m-%d %H:%M:%S} UTC" if row["xact_start"] else "outside of a transaction"
    return f"{waited} of process {row['pid']} of the database, from {row['address']}, {since}."


async def _apply(url: DatabaseUrl) -> list[str]:
    config = tortoise_config(url, pool_size=2, server_settings=UNHURRIED, answer_within=None)
    await Tortoise.init(config=config, _enable_global_fallback=True)
    try:
        return await apply_migrations(config["apps"])
    finally:
        await disconnect()
