"""usher domain."""

from typing import Annotated
from uuid import UUID

import typer

from jobs.txt_records import NoTxtRecordsError, TxtRecords
from models.database.clock import now
from models.operations.people.approve_domain import approve_domain
from models.operations.people.refuse_domain import refuse_domain
from models.operations.people.withdraw_domain import withdraw_domain
from models.reads.domains import DomainClaim, claims_of
from models.rules.inputs import Inputs
from models.tables import DomainState
from usher.commands.shared import Yes, confirm, run_on_database
from usher.settings import SettingsError

domain = typer.Typer(help="E-mail domains that accounts claim.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The claimed domain, e.g. example.com.")]
ChosenAccount = Annotated[UUID | None, typer.Option(help="Which account, when several claim it.", metavar="ID")]


@domain.callback()
def _group() -> None:
    """E-mail domains that accounts claim."""


@domain.command()
def approve(name: Name, account: ChosenAccount = None, yes: Yes = False) -> None:
    """Approve a claim without its TXT record: you have seen other proof.

    Lists the claims, and asks. An account that proves the domain by its TXT record later takes it over.
    """
    clean = _clean(name, claimable=True)
    chosen = _chosen(clean, _listed(clean), account)
    confirm(f"Approve {clean} for {_account(chosen)}?", yes=yes)
    run_on_database(lambda: approve_domain(chosen.domain.account_id, name=clean))
    typer.echo(f"{clean} is approved for {_account(chosen)}.")


@domain.command()
def refuse(name: Name, account: ChosenAccount = None, yes: Yes = False) -> None:
    """Refuse a claim, waiting or approved: its TXT record is not looked for any more.

    Lists the claims, and asks. The account sees it; its users stay. `usher domain approve` takes it back.
    """
    clean = _clean(name)
    chosen = _chosen(clean, _listed(clean), account)
    confirm(f"Refuse {clean} to {_account(chosen)}?", yes=yes)
    run_on_database(lambda: refuse_domain(chosen.domain.account_id, name=clean))
    typer.echo(f"{clean} is refused to {_account(chosen)}.")


@domain.command()
def withdraw(name: Name, yes: Yes = False) -> None:
    """End an approval: the claim waits for its TXT record again, and is approved again where that is found.

    Lists the claims, and asks. The users of the account stay; it can add no more of this domain.
    """
    clean = _clean(name)
    approved = [claim for claim in _listed(clean) if claim.domain.state is DomainState.APPROVED]
    if not approved:
        raise SettingsError(f"{clean} is approved for no account.")
    confirm(f"Withdraw {clean} from {_account(approved[0])}?", yes=yes)
    run_on_database(lambda: withdraw_domain(approved[0].domain.account_id, name=clean))
    typer.echo(f"{clean} is withdrawn from {_account(approved[0])}.")


def _clean(name: str, *, claimable: bool = False) -> str:
    """The name as claims are kept. Raises InvalidInput."""
    inputs = Inputs()
    clean = inputs.claimable_domain("name", name) if claimable else inputs.domain("name", name)
    inputs.refuse_bad()
    return clean


def _listed(name: str) -> list[DomainClaim]:
    """Every claim on a domain, printed one in a line, told apart by tabs. Raises SettingsError when there is none."""
    claims, published = run_on_database(lambda: _claims(name))
    if not claims:
        raise SettingsError(f"Nobody claims {name}. An administrator of the account adds it first.")
    typer.echo("\t".join(["account", "name", "first administrator", "claimed", "state", "TXT record"]))
    for claim in claims:
        row = claim.domain
        age = f"{row.created_at:%Y-%m-%d}, {(now() - row.created_at).days} days ago"
        state = f"{row.state} by {row.approved_by}" if row.approved_by else f"{row.state}"
        record = published if isinstance(published, str) else _found(row.txt_value in published)
        typer.echo("\t".join([str(row.account_id), claim.account_name, claim.administrator, age, state, record]))
    return claims


async def _claims(name: str) -> tuple[list[DomainClaim], list[str] | str]:
    """The claims on a domain, and the TXT records that are published for it, or why there are none."""
    claims = await claims_of(name)
    try:
        return claims, await TxtRecords().published(name) if claims else []
    except NoTxtRecordsError as error:
        return claims, f"not found ({error})"


def _found(found: bool) -> str:
    return "found" if found else "not found"


def _chosen(name: str, claims: list[DomainClaim], account_id: UUID | None) -> DomainClaim:
    """The one claim that is meant. Raises SettingsError."""
    if account_id is None and len(claims) > 1:
        raise SettingsError(f"Several accounts claim {name}: say which with --account.")
    chosen = [claim for claim in claims if account_id in {None, claim.domain.account_id}]
    if not chosen:
        raise SettingsError(f"The account {account_id} does not claim {name}.")
    return chosen[0]


def _account(claim: DomainClaim) -> str:
    return f"{claim.account_name} (account {claim.domain.account_id}, {claim.administrator})"
