"""Making a database ready to be served."""

from dataclasses import replace

from tortoise.exceptions import OperationalError

from models.migrating.migrate import migrate
from models.operations.upkeep.fill_search_texts import fill_all_search_texts
from models.rules.catalogue import load_shipped_catalogue
from usher.server.assembly import database
from usher.settings import Settings, SettingsError


async def set_up_database(settings: Settings) -> list[str]:
    """Migrate, load the shipped catalogue and fill what users are searched by; returns the migrations applied.

    Raises SettingsError where the database refuses, e.g. for want of rights.
    """
    try:
        applied = await migrate(settings.direct_url)
    except OperationalError as error:
        raise SettingsError(f"The database cannot be migrated: {str(error).splitlines()[0]}") from None
    # A pooler's connections may be older than the limits of the role.
    async with database(replace(settings, database_url=settings.direct_url)):
        await load_shipped_catalogue()
        await fill_all_search_texts()
    return applied
