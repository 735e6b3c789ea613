"""Databases beside the one that the tests share."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import asyncpg


@asynccontextmanager
async def new_database(database_url: str, suffix: str = "new") -> AsyncIterator[str]:
    """A database with nothing in it, on the server of another.

    It stays, for the next test to empty: dropping a database has the server write all of them to the disk first.
    Those that a test has at the same time differ by their suffix.
    """
    name = f"{database_url.partition('?')[0].rpartition('/')[2]}_{suffix}"
    server = await asyncpg.connect(database_url)
    try:
        if not await server.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            await server.execute(f'CREATE DATABASE "{name}"')
        await server.fetch("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1", name)
    finally:
        await server.close()
    url = another_database(database_url, name)
    emptied = await asyncpg.connect(url)
    try:
        await emptied.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        await emptied.execute(f'ALTER ROLE CURRENT_USER IN DATABASE "{name}" RESET ALL')
    finally:
        await emptied.close()
    yield url


def another_database(database_url: str, name: str) -> str:
    """The URL of another database on the same server, which need not exist."""
    base, _, query = database_url.partition("?")
    return f"{base.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")


async def as_reader(database_url: str) -> str:
    """The URL of a database for a user that may look at its schema, and do nothing else."""
    role, password = "usher_test_reader", "reads"
    connection = await asyncpg.connect(database_url)
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
            await connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{password}'")
        await connection.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
    finally:
        await connection.close()
    parts = urlsplit(database_url)
    return parts._replace(netloc=f"{role}:{password}@{parts.netloc.rpartition('@')[2]}").geturl()
