"""Adding a person to the account."""

from models.access.viewer import Viewer
from models.database.clock import now
from models.errors import DomainNotApproved
from models.events.events import EventType, record_event
from models.limits.rate_limits import spend
from models.permissions import Permission
from models.rules.account_allowances import USERS_ADDED
from models.rules.account_transaction import viewer_transaction
from models.rules.inputs import Inputs
from models.rules.new_users import save_new_user
from models.rules.unproven_accounts import displace_unproven
from models.tables import Account, Domain, DomainState, Role, User


async def add_user(viewer: Viewer, *, email: str, first_name: str, last_name: str, locale: str, role: Role) -> User:
    """Add a user whose e-mail domain is approved for the account; sub-domains need an approval of their own.

    An unproven account that has the address is deleted.
    Raises NotPermitted, InvalidInput, RateLimited, DomainNotApproved, EmailTaken.
    """
    viewer.require(Permission.MANAGE_USERS)
    more = [] if role is Role.STANDARD else [Permission.MANAGE_ROLES]
    viewer.require_all(more)
    inputs = Inputs()
    user = User(
        account_id=viewer.account_id,
        email=inputs.email("email", email),
        first_name=inputs.text("firstName", first_name, most=100),
        last_name=inputs.text("lastName", last_name, most=100),
        locale=inputs.locale("locale", locale),
        role=role,
        created_at=now(),
    )
    inputs.refuse_bad()
    await spend(USERS_ADDED, str(viewer.account_id))
    async with viewer_transaction(viewer, Permission.MANAGE_USERS, *more) as account:
        await _require_approved_domain(account, user.email.rpartition("@")[2])
        await save_new_user(user, displace=displace_unproven)
        data = {"user_id": user.id, "email": user.email, "role": user.role}
        await record_event(account, EventType.USER_ADDED, by=viewer.actor_id, data=data)
    return user


async def _require_approved_domain(account: Account, name: str) -> None:
    domain = await Domain.get_or_none(account_id=account.id, name=name)
    if domain is None or domain.state is not DomainState.APPROVED:
        raise DomainNotApproved(name, domain)
