"""Whether a database has the newest schema."""

import pkgutil
from importlib.util import find_spec

from models.connecting import connect_to_database
from models.database import MIGRATIONS
from models.database_url import DatabaseUrl


async def pending_migrations(url: str) -> list[str]:
    """The names of the migrations that are still to be applied.

    By the names of their files alone: to apply them takes much that looking does not.
    """
    connection = await connect_to_database(DatabaseUrl.parse(url))
    try:
        if not await connection.fetchval("SELECT to_regclass('tortoise_migrations')"):
            return ["all"]
        rows = await connection.fetch("SELECT name FROM tortoise_migrations WHERE app = 'models'")
    finally:
        await connection.close()
    applied = {row["name"] for row in rows}
    return [name for name in _names() if name not in applied]


def _names() -> list[str]:
    package = find_spec(MIGRATIONS)
    folders = package.submodule_search_locations if package else None
    return sorted(module.name for module in pkgutil.iter_modules(folders))
