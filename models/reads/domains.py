"""Finding domains."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from models.tables import Account, Domain, Role, User


async def domains_of(account_id: UUID) -> list[Domain]:
    """The domains an account claims, by name."""
    return await Domain.filter(account_id=account_id).order_by("name")


async def domains_by_id(account_id: UUID, ids: Sequence[UUID]) -> dict[UUID, Domain]:
    """Domains of an account by id; ids that are not the account's are left out."""
    found = Domain.filter(account_id=account_id, id__in=list(ids))
    return {domain.id: domain async for domain in found}


@dataclass(frozen=True)
class DomainClaim:
    """A claim on a domain, with the account's name and administrator for the operator."""

    domain: Domain
    account_name: str
    administrator: str


async def claims_of(name: str) -> list[DomainClaim]:
    """Every account's claim on a domain, oldest first, with its first administrator; for the operator alone."""
    claims = []
    for domain in await Domain.filter(name=name).order_by("id"):
        account = await Account.get(id=domain.account_id)
        first = await User.filter(account_id=account.id, role=Role.ADMINISTRATOR).order_by("id").first()
        claims.append(DomainClaim(domain, account.name, first.email if first else ""))
    return claims
