"""Bringing the database to the newest schema."""

import asyncpg
from tortoise import connections
from tortoise.migrations.executor import MigrationExecutor

from models.database import connect, credentials, disconnect, tortoise_config

# Any number that nothing else in the database locks.
LOCK = 7_236_041


async def migrate(url: str) -> list[str]:
    """Apply what is missing and return the names of the migrations applied.

    An advisory lock lets several processes start at once: one migrates, the others wait and find it done.
    """
    lock = await asyncpg.connect(**credentials(url))
    try:
        await lock.execute("SELECT pg_advisory_lock($1)", LOCK)
        return await _apply(url)
    finally:
        await lock.close()


async def _apply(url: str) -> list[str]:
    applied: list[str] = []

    def note(event: str, _label: str, name: str) -> None:
        if event == "apply_done":
            applied.append(name)

    await connect(url, pool_size=2)
    try:
        await _executor(url).migrate(progress=note)
    finally:
        await disconnect()
    return applied


def _executor(url: str) -> MigrationExecutor:
    return MigrationExecutor(connections.get("default"), tortoise_config(url)["apps"])
