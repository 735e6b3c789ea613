"""usher account."""

from typing import Annotated

import typer

from models.operations.sign_in.open_account import open_account
from models.operations.sign_in.withdraw_account import withdraw_account
from models.reads.users import user_by_email
from models.tables import Account
from usher.commands.console import console
from usher.commands.shared import Yes, confirm, run_on_database
from usher.settings import SettingsError

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


@account.command()
def withdraw(
    email: Annotated[str, typer.Argument(help="The address that it was opened with.")], yes: Yes = False
) -> None:
    """Delete an account that is unproven: nobody has ever followed a sign-in link of it. Its address is free again.

    Names it, and asks.
    """
    found = run_on_database(lambda: _unproven(email))
    confirm(f"Delete {found.name} (account {found.id}, opened {found.created_at:%Y-%m-%d %H:%M} UTC)?", yes=yes)
    if not run_on_database(lambda: withdraw_account(email=email)):
        raise SettingsError(f"The account of {email} was proven or deleted meanwhile.")
    typer.echo(f"The account of {email} is deleted.")


async def _unproven(email: str) -> Account:
    """The unproven account of an address. Raises SettingsError."""
    user = await user_by_email(email)
    if user is None:
        raise SettingsError(f"There is no user {email}.")
    found = await Account.get(id=user.account_id)
    if found.confirmed_at is not None:
        raise SettingsError(f"The account of {email} is proven, and stays.")
    return found
