"""Refusing a claim on an e-mail domain."""

from uuid import UUID

from models.errors import NotFound
from models.events.events import EventType, record_event
from models.rules.account_transaction import account_transaction
from models.rules.domains import data_of, refuse
from models.tables import Domain, DomainState


async def refuse_domain(account_id: UUID, *, name: str) -> Domain:
    """Refuse an account's claim, waiting or approved: its TXT record is not looked for any more.

    Only `approve_domain` undoes it. Again changes nothing. Raises NotFound.
    """
    async with account_transaction(account_id) as account:
        domain = await Domain.get_or_none(account_id=account_id, name=name)
        if domain is None:
            raise NotFound("Domain", name)
        if domain.state is not DomainState.REFUSED:
            await refuse(domain)
            await record_event(account, EventType.DOMAIN_REFUSED, by=None, data=data_of(domain))
    return domain
