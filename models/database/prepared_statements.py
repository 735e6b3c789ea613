"""Prepared statements behind a pooler: those of one transaction may be unknown in the next.

PgBouncer keeps them from version 1.21 on. An older one gives each transaction another connection, without the
statements that were prepared before.
"""

from functools import cache
from uuid import uuid4

import asyncpg
import structlog

from models.database.connecting import DatabaseNotReady, connect_to_database
from models.database.database_url import DatabaseUrl

# SQLSTATE 26000: the statement is not there. 42P05: one of that name is there already.
STATEMENT_LOST = (asyncpg.InvalidSQLStatementNameError, asyncpg.DuplicatePreparedStatementError)
ADVICE = (
    "The address of the database is one of a pooler that keeps no prepared statements from one transaction to the"
    " next. Add statement_cache_size=0 to USHER_DATABASE_URL, or use PgBouncer 1.21 or later with"
    " max_prepared_statements above 0."
)
# The pooler may choose another connection each time.
TRIES = 5

log = structlog.get_logger(__name__)


class StatementsNotKept(DatabaseNotReady):
    """A pooler loses prepared statements, and the URL does not have statement_cache_size=0."""


async def require_kept_statements(connection: asyncpg.Connection, url: DatabaseUrl) -> None:
    """Raise StatementsNotKept where prepared statements do not outlive their transaction.

    The connection is one to the URL.
    """
    if url.arguments.get("statement_cache_size") == 0 or await _is_direct(connection):
        return
    other = await connect_to_database(url)
    try:
        if not all([await _are_kept(connection, other) for _ in range(TRIES)]):
            raise StatementsNotKept(ADVICE)
    finally:
        await other.close()


@cache
def say_that_statements_are_lost() -> None:
    """Log it, once per process."""
    log.error("database.prepared_statements_lost", see="statement_cache_size=0 in USHER_DATABASE_URL")


async def _is_direct(connection: asyncpg.Connection) -> bool:
    """Whether the connection is not through a pooler, which sends a process id of its own."""
    try:
        return (await connection.fetchval("SELECT pg_backend_pid()")) == connection.get_server_pid()
    except STATEMENT_LOST:
        return False


async def _are_kept(one: asyncpg.Connection, other: asyncpg.Connection) -> bool:
    """Whether two connections can have a statement each under the same name."""
    name = f"usher_{uuid4().hex}"
    try:
        first = await one.prepare("SELECT 1", name=name)
        await first.fetchval()
        await (await other.prepare("SELECT 2", name=name)).fetchval()
        return await first.fetchval() == 1
    except STATEMENT_LOST:
        return False
