"""The first steps that several commands share."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, TypeVar

import typer

from models.database.connection import ANSWER_WITHIN
from usher.embedded_postgres import has_postgres
from usher.server.assembly import database, start_database
from usher.settings import SettingsError, load_settings

Result = TypeVar("Result")

Yes = Annotated[bool, typer.Option("--yes", help="Do not ask, for scripts.")]


def confirm(question: str, *, yes: bool) -> None:
    """Ask the operator, unless a script has said yes. Raises typer.Abort, which ends the command with 1."""
    if not yes:
        typer.confirm(question, abort=True)


def run_on_database(
    work: Callable[[], Coroutine[Any, Any, Result]], *, answer_within: float | None = ANSWER_WITHIN
) -> Result:
    """Do one piece of work on the configured database, which must be there. Raises SettingsError."""
    settings = load_settings()
    if settings.database_url is None and not has_postgres(settings.data_folder):
        raise SettingsError(
            f"There is no database in {settings.data_folder} here. Set USHER_DATABASE_URL or USHER_DATA_FOLDER,"
            " or make one with `usher migrate`."
        )
    start_database(settings)

    async def connected() -> Result:
        async with database(settings, answer_within=answer_within):
            return await work()

    return asyncio.run(connected())
