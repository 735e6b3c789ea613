"""usher migrate."""

import asyncio

from usher.commands.console import console
from usher.migrating import bring_up_to_date
from usher.process import start_database
from usher.settings import load_settings


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
