"""usher api-key."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

import typer

from models.database.clock import now
from models.operations.integrations.create_api_key import ApiKeyIssued, create_api_key
from models.operations.integrations.revoke_api_key import revoke_api_key
from models.operations.integrations.rotate_api_key import LONGEST_OVERLAP, rotate_api_key
from models.permissions import Permission
from models.reads.api_keys import last_use_of, secrets_by_api_key, state_of
from models.tables import ApiKey
from usher.commands.shared import run_on_database
from usher.sign_in import acting_as

api_key = typer.Typer(help="Keys for integrations.", no_args_is_help=True)

LONGEST_OVERLAP_MINUTES = LONGEST_OVERLAP // timedelta(minutes=1)

Administrator = Annotated[str, typer.Argument(help="The address of an administrator of the account.")]
Key = Annotated[UUID, typer.Argument(help="The key, as `usher api-key list` shows it.", metavar="KEY")]


@api_key.callback()
def _group() -> None:
    """Keys for integrations."""


@api_key.command()
def create(
    email: Administrator,
    name: Annotated[str, typer.Argument(help="What the key is for.")],
    scope: Annotated[list[Permission], typer.Option(help="What it may do. Give it once for each.")],
    days: Annotated[
        int | None, typer.Option(help="In how many days it ends; never when not given.", min=1, max=36_500)
    ] = None,
    network: Annotated[
        list[str] | None, typer.Option(help="A network it may be used from, e.g. 203.0.113.0/24; else from anywhere.")
    ] = None,
) -> None:
    """Make a key and print its secret, this once: send it as `Authorization: Bearer ...`."""

    async def run() -> ApiKeyIssued:
        async with acting_as(email) as viewer:
            expires_at = now() + timedelta(days=days) if days else None
            return await create_api_key(
                viewer, name=name, scopes=scope, expires_at=expires_at, networks=network or None
            )

    typer.echo(run_on_database(run).secret)


@api_key.command(name="list")
def list_keys(email: Administrator) -> None:
    """Show the keys of an account, one in a line, told apart by tabs."""

    async def run() -> list[tuple[ApiKey, datetime | None]]:
        async with acting_as(email) as viewer:
            viewer.require(Permission.MANAGE_INTEGRATIONS)
            keys = await ApiKey.filter(account_id=viewer.account_id).order_by("id")
            secrets = await secrets_by_api_key(viewer.account_id, [key.id for key in keys])
            return [(key, last_use_of(secrets[key.id])) for key in keys]

    found = run_on_database(run)
    # Not a table of Rich: it breaks what is too wide for a terminal, and keys are there to be copied.
    typer.echo("\t".join(["key", "state", "name", "scopes", "networks", "ends", "last used"]))
    for key, used in found:
        scopes, networks = ", ".join(key.scopes), ", ".join(key.networks or ["everywhere"])
        line = [str(key.id), state_of(key), key.name, scopes, networks, _minute(key.expires_at), _minute(used)]
        typer.echo("\t".join(line))


@api_key.command()
def rotate(
    email: Administrator,
    key: Key,
    overlap_minutes: Annotated[
        int, typer.Option(help="How long the old secret goes on working.", min=0, max=LONGEST_OVERLAP_MINUTES)
    ] = 24 * 60,
) -> None:
    """Give a key a new secret and print it, this once."""

    async def run() -> ApiKeyIssued:
        async with acting_as(email) as viewer:
            return await rotate_api_key(viewer, api_key_id=key, overlap=timedelta(minutes=overlap_minutes))

    typer.echo(run_on_database(run).secret)


@api_key.command()
def revoke(email: Administrator, key: Key) -> None:
    """End a key at once."""

    async def run() -> ApiKey:
        async with acting_as(email) as viewer:
            return await revoke_api_key(viewer, api_key_id=key)

    typer.echo(f"The key {run_on_database(run).name} has ended.")


def _minute(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%dT%H:%MZ}" if moment else "never"
