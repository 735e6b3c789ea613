"""usher catalogue."""

from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from models.rules.catalogue import SHIPPED, load_catalogue, read_catalogue
from usher.commands.console import console
from usher.commands.shared import run_on_database
from usher.settings import SettingsError


def catalogue(
    file: Annotated[Path | None, typer.Argument(help="A catalogue in TOML; the shipped one when left out.")] = None,
) -> None:
    """Make a file the catalogue: its packages are on sale at its prices, others are not any more.

    Copy models/rules/catalogue.toml to begin with; its prices are examples.
    """
    try:
        entries = read_catalogue(file or SHIPPED)
    except ValidationError as error:
        raise SettingsError(f"{file} is no catalogue: {_reason(error)}") from None
    except (OSError, ValueError) as error:
        raise SettingsError(f"{file} is no catalogue: {str(error).splitlines()[0]}") from None
    run_on_database(lambda: load_catalogue(entries))
    console.print(f"{len(entries.package)} packages are on sale.")


def _reason(error: ValidationError) -> str:
    """The first thing that is wrong, and where; pydantic's own first line tells how many there are."""
    first = error.errors()[0]
    place = ".".join(map(str, first["loc"]))
    text = first["msg"].removeprefix("Value error, ")
    return f"{place}: {text}" if place else text
