"""usher token."""

from typing import Annotated

import typer

from models.clock import now
from models.credentials import issue_token
from models.operations.complete_sign_in import SignedIn, complete_sign_in
from models.operations.request_sign_in import SIGN_IN_LINK_LIFETIME
from models.reads.users import user_by_email
from models.secrets import new_secret
from models.tables import SessionKind, TokenPurpose
from usher.commands.shared import run_on_database
from usher.settings import SettingsError, load_settings

token = typer.Typer(help="Ways in for a user, without a mail.", no_args_is_help=True)


@token.callback()
def _group() -> None:
    """Ways in for a user, without a mail."""


@token.command()
def bearer(email: Annotated[str, typer.Argument(help="The user's address.")]) -> None:
    """Print an access token, for scripts: send it as `Authorization: Bearer ...`. It lasts 30 days."""
    typer.echo(run_on_database(lambda: _bearer(email)).secret)


@token.command()
def link(email: Annotated[str, typer.Argument(help="The user's address.")]) -> None:
    """Print a sign-in link, good for one use within 15 minutes."""
    secret = run_on_database(lambda: sign_in_secret(email))
    typer.echo(f"{load_settings().public_url}/sign-in?token={secret}")


async def sign_in_secret(email: str) -> str:
    """Issue a sign-in token without mailing it. Raises SettingsError for an unknown address."""
    found = await user_by_email(email)
    if found is None:
        raise SettingsError(f"There is no user {email}.")
    secret = new_secret()
    expires_at = now() + SIGN_IN_LINK_LIFETIME
    await issue_token(secret, TokenPurpose.SIGN_IN, found, expires_at=expires_at)
    return secret


async def _bearer(email: str) -> SignedIn:
    return await complete_sign_in(token=await sign_in_secret(email), kind=SessionKind.BEARER)
