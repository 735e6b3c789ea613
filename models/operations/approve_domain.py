"""Approving a claim on an e-mail domain."""

from uuid import UUID

from tortoise.exceptions import IntegrityError

from models.account_transaction import account_transaction
from models.clock import now
from models.errors import BusinessError, NotFound
from models.events import EventType, record
from models.tables import Domain, DomainState


class DomainTaken(BusinessError):
    """Another account has this domain approved."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The domain {name} is approved for another account.")


async def approve_domain(account_id: UUID, *, name: str) -> Domain:
    """Approve an account's claim: its TXT record was found, or the operator says so. Again changes nothing.

    Raises NotFound, DomainTaken.
    """
    async with account_transaction(account_id) as account:
        domain = await Domain.get_or_none(account_id=account_id, name=name)
        if domain is None:
            raise NotFound("Domain", name)
        if domain.state is DomainState.APPROVED:
            return domain
        await _approve(domain)
        data = {"domain_id": domain.id, "name": name}
        await record(account, EventType.DOMAIN_APPROVED, by=None, data=data)
    return domain


async def _approve(domain: Domain) -> None:
    domain.state = DomainState.APPROVED
    domain.approved_at = now()
    domain.check_at = None
    try:
        await domain.save(update_fields=["state", "approved_at", "check_at"])
    except IntegrityError as error:
        raise DomainTaken(domain.name) from error
