"""What several commands do first."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from rich.console import Console

from usher.embedded_postgres import has_postgres, start_postgres
from usher.process import database
from usher.settings import Settings, SettingsError, load_settings

Result = TypeVar("Result")

console = Console(highlight=False)


def start_database(settings: Settings) -> None:
    """Start the embedded PostgreSQL where no database is named, and name it."""
    if settings.database_url is None:
        settings.database_url = start_postgres(settings.data_folder)


def run_on_database(work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Do one piece of work on the configured database, which must be there. Raises SettingsError."""
    settings = load_settings()
    if settings.database_url is None and not has_postgres(settings.data_folder):
        raise SettingsError(
            f"There is no database in {settings.data_folder} here. Set USHER_DATABASE_URL or USHER_DATA_FOLDER,"
            " or make one with `usher migrate`."
        )
    start_database(settings)

    async def connected() -> Result:
        async with database(settings):
            return await work()

    return asyncio.run(connected())
