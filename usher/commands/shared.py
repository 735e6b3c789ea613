"""What several commands do first."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from rich.console import Console

from usher.embedded_postgres import start_postgres
from usher.process import database
from usher.settings import Settings, load_settings

Result = TypeVar("Result")

console = Console(highlight=False)


def settings_with_database() -> Settings:
    """The settings, with the embedded PostgreSQL started where no database is named."""
    settings = load_settings()
    start_database(settings)
    return settings


def start_database(settings: Settings) -> None:
    """Start the embedded PostgreSQL where no database is named, and name it."""
    if settings.database_url is None:
        settings.database_url = start_postgres(settings.data_folder)


def run_on_database(work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Do one piece of work on the configured database."""
    settings = settings_with_database()

    async def connected() -> Result:
        async with database(settings):
            return await work()

    return asyncio.run(connected())
