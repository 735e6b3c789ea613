"""Claiming an e-mail domain."""

from models.access.secrets import new_secret
from models.access.viewer import Viewer
from models.database.clock import now
from models.errors import InvalidInput
from models.events.events import EventType, record_event
from models.limits.rate_limits import spend
from models.permissions import Permission
from models.rules.account_allowances import DOMAINS_CLAIMED
from models.rules.account_transaction import viewer_transaction
from models.rules.inputs import Inputs
from models.tables import Domain, DomainState

# Each is looked up repeatedly until its record is found.
MOST_DOMAINS = 100


async def add_domain(viewer: Viewer, *, name: str) -> Domain:
    """Claim a domain; it is approved once its TXT record is found, or by the operator.

    Claiming a domain again answers with the claim there is. Raises NotPermitted,
    InvalidInput, RateLimited.
    """
    viewer.require(Permission.MANAGE_DOMAINS)
    inputs = Inputs()
    clean = inputs.claimable_domain("name", name)
    inputs.refuse_bad()
    await spend(DOMAINS_CLAIMED, str(viewer.account_id))
    async with viewer_transaction(viewer, Permission.MANAGE_DOMAINS) as account:
        if domain := await Domain.get_or_none(account_id=account.id, name=clean):
            return domain
        if await Domain.filter(account_id=account.id).count() >= MOST_DOMAINS:
            raise InvalidInput([(("name",), f"An account claims at most {MOST_DOMAINS} domains.")])
        domain = await Domain.create(
            account_id=account.id,
            name=clean,
            state=DomainState.PENDING,
            txt_value=f"usher-domain-verification={new_secret()}",
            created_at=now(),
            check_at=now(),
        )
        data = {"domain_id": domain.id, "name": clean}
        await record_event(account, EventType.DOMAIN_ADDED, by=viewer.actor_id, data=data)
    return domain
