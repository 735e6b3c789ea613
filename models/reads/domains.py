"""Finding domains."""

from collections.abc import Sequence
from uuid import UUID

from models.tables import Domain


async def domains_of(account_id: UUID) -> list[Domain]:
    """The domains an account claims, by name."""
    return await Domain.filter(account_id=account_id).order_by("name")


async def domains_by_id(account_id: UUID, ids: Sequence[UUID]) -> dict[UUID, Domain]:
    """Domains of an account by id; ids that are not the account's are left out."""
    found = Domain.filter(account_id=account_id, id__in=list(ids))
    return {domain.id: domain async for domain in found}


async def claims_of(name: str) -> list[Domain]:
    """Every account's claim on a domain; for the operator alone."""
    return await Domain.filter(name=name).order_by("id")
