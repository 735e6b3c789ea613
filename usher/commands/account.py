"""usher account."""

from typing import Annotated

import typer

from models.operations.open_account import open_account
from usher.commands.console import console
from usher.commands.shared import run_on_database

account = typer.Typer(help="Accounts.", no_args_is_help=True)


@account.callback()
def _group() -> None:
    """Accounts."""


@account.command()
def create(
    company: Annotated[str, typer.Argument(help="The business's name.")],
    email: Annotated[str, typer.Argument(help="Its first administrator, who is mailed a sign-in link.")],
    first_name: Annotated[str, typer.Option(help="The administrator's first name.")],
    last_name: Annotated[str, typer.Option(help="The administrator's last name.")],
    locale: Annotated[
        str, typer.Option(help="A BCP 47 tag, e.g. en or fr-CA; the nearest known locale is kept.")
    ] = "en",
) -> None:
    """Open an account; a relay mails its administrator a sign-in link."""
    opened = run_on_database(
        lambda: open_account(
            company_name=company,
            email=email,
            first_name=first_name,
            last_name=last_name,
            locale=locale,
            caller=None,
        )
    )
    console.print(f"Account {opened.account.id} is open; a sign-in link goes to {opened.user.email}.")
