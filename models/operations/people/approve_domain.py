"""Approving a claim on an e-mail domain by the operator."""

from uuid import UUID

from models.errors import NotFound
from models.events.events import EventType, record_event
from models.rules.account_transaction import account_transaction
from models.rules.domains import approve, data_of
from models.rules.inputs import Inputs
from models.tables import Domain, DomainProof, DomainState


async def approve_domain(account_id: UUID, *, name: str) -> Domain:
    """Approve an account's claim, waiting or refused, on the operator's word. Again changes nothing.

    Raises InvalidInput, NotFound, DomainTaken.
    """
    inputs = Inputs()
    inputs.claimable_domain("name", name)
    inputs.refuse_bad()
    async with account_transaction(account_id) as account:
        domain = await Domain.get_or_none(account_id=account_id, name=name)
        if domain is None:
            raise NotFound("Domain", name)
        if domain.state is not DomainState.APPROVED:
            await approve(domain, DomainProof.OPERATOR)
            await record_event(account, EventType.DOMAIN_APPROVED, by=None, data=data_of(domain))
    return domain
