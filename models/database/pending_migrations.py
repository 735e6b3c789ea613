"""Whether a database's migrations and this version are compatible."""

import pkgutil
import re
from importlib.metadata import version
from importlib.util import find_spec

import asyncpg

from models.database.connecting import DatabaseNotReady
from models.database.connection import MIGRATIONS


class MigrationsPending(DatabaseNotReady):
    """The database lacks migrations of this version."""


class VersionTooOld(DatabaseNotReady):
    """A newer version has removed something from the database that this one needs."""


async def check_schema(connection: asyncpg.Connection) -> None:
    """Check that this version can work on the database. Raises VersionTooOld, MigrationsPending."""
    await check_version(connection)
    if pending := await pending_migrations(connection):
        count = "all" if pending == ["all"] else len(pending)
        raise MigrationsPending(f"The database lacks {count} migrations. Run `usher migrate` first.")


async def pending_migrations(connection: asyncpg.Connection) -> list[str]:
    """The names of the migrations that are still to be applied, or `all`.

    By the names of their files: importing them would cost much.
    """
    if not await connection.fetchval("SELECT to_regclass('tortoise_migrations')"):
        return ["all"]
    rows = await connection.fetch("SELECT name FROM tortoise_migrations WHERE app = 'models'")
    applied = {row["name"] for row in rows}
    return [name for name in _names() if name not in applied]


async def check_version(connection: asyncpg.Connection) -> None:
    """Raise VersionTooOld where a migration that this version does not know has removed something that it needs.

    A database that was last migrated by version 0.1.0 has no such table.
    """
    if not await connection.fetchval("SELECT to_regclass('migration_kinds')"):
        return
    rows = await connection.fetch(
        "SELECT name, oldest_version FROM migration_kinds WHERE kind = 'CONTRACT' AND name <> ALL ($1) ORDER BY name",
        _names(),
    )
    for row in rows:
        own = version("usher")
        if _number(row["oldest_version"]) > _number(own):
            raise VersionTooOld(
                f"The database needs Usher {row['oldest_version']} or later, since its migration {row['name']}; "
                f"this is {own}. Install a newer version."
            )


def _number(version_text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version_text)[:3])


def _names() -> list[str]:
    package = find_spec(MIGRATIONS)
    folders = package.submodule_search_locations if package else None
    return sorted(module.name for module in pkgutil.iter_modules(folders))
