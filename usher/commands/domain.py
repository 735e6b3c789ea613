"""usher domain."""

from typing import Annotated
from uuid import UUID

import typer

from models.inputs import Inputs
from models.operations.approve_domain import approve_domain
from models.reads.domains import claims_of
from usher.commands.console import console
from usher.commands.shared import run_on_database
from usher.settings import SettingsError

domain = typer.Typer(help="E-mail domains that accounts claim.", no_args_is_help=True)


@domain.callback()
def _group() -> None:
    """E-mail domains that accounts claim."""


@domain.command()
def approve(
    name: Annotated[str, typer.Argument(help="The claimed domain, e.g. example.com.")],
    account: Annotated[UUID | None, typer.Option(help="Which account, when several claim it.")] = None,
) -> None:
    """Approve a claim without its TXT record: you have seen other proof."""
    run_on_database(lambda: _approve(_clean(name), account))
    console.print(f"{name} is approved.")


def _clean(name: str) -> str:
    """The name as claims are kept. Raises InvalidInput."""
    inputs = Inputs()
    clean = inputs.domain("name", name)
    inputs.refuse_bad()
    return clean


async def _approve(name: str, account_id: UUID | None) -> None:
    claims = [claim for claim in await claims_of(name) if account_id in {None, claim.account_id}]
    if not claims:
        raise SettingsError(f"Nobody claims {name}. An administrator of the account adds it first.")
    if len(claims) > 1:
        accounts = ", ".join(str(claim.account_id) for claim in claims)
        raise SettingsError(f"Several accounts claim {name}: say which with --account. They are {accounts}.")
    await approve_domain(claims[0].account_id, name=name)
