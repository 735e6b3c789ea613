"""usher migrate."""

import asyncio

from models.catalogue import load_shipped_catalogue
from models.migrate import migrate as apply_migrations
from usher.commands.shared import console, start_database
from usher.process import database
from usher.settings import Settings, load_settings


def migrate() -> None:
    """Bring the database to the newest schema, and fill an empty catalogue with the shipped one.

    Safe to run again and at once from several machines. PostgreSQL 15 and later.
    """
    settings = load_settings()
    start_database(settings)
    applied = asyncio.run(bring_up_to_date(settings))
    for name in applied:
        console.print(f"applied {name}")
    console.print("The database is up to date.")


async def bring_up_to_date(settings: Settings) -> list[str]:
    """Migrate and load the shipped catalogue; returns the names of the migrations applied."""
    applied = await apply_migrations(settings.database_url or "")
    async with database(settings):
        await load_shipped_catalogue()
    return applied
