"""usher token."""

from typing import Annotated

import typer

from usher.commands.shared import run_on_database
from usher.settings import read_settings
from usher.sign_in import sign_in, sign_in_secret

token = typer.Typer(help="Ways in for a user, without a mail.", no_args_is_help=True)


@token.callback()
def _group() -> None:
    """Ways in for a user, without a mail."""


@token.command()
def bearer(email: Annotated[str, typer.Argument(help="The user's address.")]) -> None:
    """Print an access token, for scripts: send it as `Authorization: Bearer ...`. It lasts 30 days."""
    typer.echo(run_on_database(lambda: sign_in(email)).secret)


@token.command()
def link(email: Annotated[str, typer.Argument(help="The user's address.")]) -> None:
    """Print a sign-in link, good for one use within 15 minutes."""
    secret = run_on_database(lambda: sign_in_secret(email))
    typer.echo(f"{read_settings().public_url}/sign-in?token={secret}")
