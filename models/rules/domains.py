"""The states of a claim on an e-mail domain; each is set inside a transaction of the account."""

from datetime import datetime
from enum import StrEnum

from tortoise.exceptions import IntegrityError

from models.database.clock import now
from models.errors import BusinessError
from models.tables import Domain, DomainProof, DomainState


class DomainTaken(BusinessError):
    """Another account has this domain approved."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The domain {name} is approved for another account.")


class WithdrawalReason(StrEnum):
    """Why an approval ended."""

    OPERATOR = "OPERATOR"
    PROVED_BY_ANOTHER = "PROVED_BY_ANOTHER"


async def approve(domain: Domain, by: DomainProof) -> None:
    """Approve a claim. Raises DomainTaken: the unique index decides."""
    try:
        await _save(domain, DomainState.APPROVED, approved_by=by)
    except IntegrityError as error:
        raise DomainTaken(domain.name) from error


async def await_proof(domain: Domain) -> None:
    """Have a claim wait for its TXT record. The users whom it admitted stay."""
    await _save(domain, DomainState.PENDING, check_at=now())


async def refuse(domain: Domain) -> None:
    """Refuse a claim. The users whom it admitted stay."""
    await _save(domain, DomainState.REFUSED)


def data_of(domain: Domain) -> dict[str, object]:
    """The data of a claim for an event."""
    return {"domain_id": domain.id, "name": domain.name}


async def _save(
    domain: Domain, state: DomainState, *, approved_by: DomainProof | None = None, check_at: datetime | None = None
) -> None:
    domain.state = state
    domain.approved_at = now() if approved_by else None
    domain.approved_by = approved_by
    domain.check_at = check_at
    await domain.save(update_fields=["state", "approved_at", "approved_by", "check_at"])
