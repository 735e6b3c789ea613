"""Approving a claim on an e-mail domain whose TXT record was found."""

from collections.abc import Collection
from uuid import UUID

from models.errors import NotFound
from models.events.events import EventType, record_event
from models.rules.account_transaction import accounts_transaction
from models.rules.domains import DomainTaken, WithdrawalReason, approve, await_proof, data_of
from models.rules.inputs import Inputs
from models.tables import Domain, DomainProof, DomainState


async def prove_domain(account_id: UUID, *, name: str, published: Collection[str]) -> Domain:
    """Approve a pending claim whose TXT record is among the published ones; any other stays as it is.

    An account that has the domain approved loses it, unless its own record is among them too: then DomainTaken.
    Raises InvalidInput, NotFound, DomainTaken.
    """
    inputs = Inputs()
    inputs.claimable_domain("name", name)
    inputs.refuse_bad()
    rival = await _approved_for_another(account_id, name)
    async with accounts_transaction({account_id, *([rival.account_id] if rival else [])}) as accounts:
        domain = await Domain.get_or_none(account_id=account_id, name=name)
        if domain is None:
            raise NotFound("Domain", name)
        if domain.state is not DomainState.PENDING or domain.txt_value not in published:
            return domain
        holder = await _approved_for_another(account_id, name)
        if holder is not None:
            # One that was approved since the look before is not locked; the next look at the record decides.
            if holder.txt_value in published or holder.account_id not in accounts:
                raise DomainTaken(name)
            await await_proof(holder)
            data = data_of(holder) | {"reason": WithdrawalReason.PROVED_BY_ANOTHER}
            await record_event(accounts[holder.account_id], EventType.DOMAIN_WITHDRAWN, by=None, data=data)
        await approve(domain, DomainProof.TXT)
        await record_event(accounts[account_id], EventType.DOMAIN_APPROVED, by=None, data=data_of(domain))
    return domain


async def _approved_for_another(account_id: UUID, name: str) -> Domain | None:
    found = await Domain.get_or_none(name=name, state=DomainState.APPROVED)
    return found if found is not None and found.account_id != account_id else None
