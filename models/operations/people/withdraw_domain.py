"""Ending the approval of an e-mail domain."""

from uuid import UUID

from models.errors import NotFound
from models.events.events import EventType, record_event
from models.rules.account_transaction import account_transaction
from models.rules.domains import WithdrawalReason, await_proof, data_of
from models.tables import Domain, DomainState


async def withdraw_domain(account_id: UUID, *, name: str) -> Domain:
    """End an account's approval: the claim waits for its TXT record again. Again changes nothing.

    Raises NotFound.
    """
    async with account_transaction(account_id) as account:
        domain = await Domain.get_or_none(account_id=account_id, name=name)
        if domain is None:
            raise NotFound("Domain", name)
        if domain.state is DomainState.APPROVED:
            await await_proof(domain)
            data = data_of(domain) | {"reason": WithdrawalReason.OPERATOR}
            await record_event(account, EventType.DOMAIN_WITHDRAWN, by=None, data=data)
    return domain
