"""Making a database ready to be served."""

from models.catalogue import load_shipped_catalogue
from models.migrate import migrate
from usher.process import database
from usher.settings import Settings


async def bring_up_to_date(settings: Settings) -> list[str]:
    """Migrate and load the shipped catalogue; returns the names of the migrations applied."""
    applied = await migrate(settings.database_url or "")
    async with database(settings):
        await load_shipped_catalogue()
    return applied
