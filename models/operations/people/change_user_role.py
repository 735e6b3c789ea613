"""Making a user administrator or standard."""

from uuid import UUID

from models.access.viewer import Viewer
from models.errors import LastAdministrator, NotFound
from models.events.events import EventType, record_event
from models.permissions import Permission
from models.rules.account_transaction import viewer_transaction
from models.tables import Account, Role, User


async def change_user_role(viewer: Viewer, *, user_id: UUID, role: Role) -> User:
    """Give a user another role; the same role changes nothing.

    Raises NotPermitted, NotFound, LastAdministrator.
    """
    async with viewer_transaction(viewer, Permission.MANAGE_ROLES) as account:
        user = await User.get_or_none(id=user_id, account_id=account.id)
        if user is None:
            raise NotFound("User", user_id)
        if user.role is role:
            return user
        if role is not Role.ADMINISTRATOR:
            await _require_another_administrator(account, user)
        user.role = role
        await user.save(update_fields=["role"])
        data = {"user_id": user.id, "role": role}
        await record_event(account, EventType.USER_ROLE_CHANGED, by=viewer.actor_id, data=data)
    return user


async def _require_another_administrator(account: Account, user: User) -> None:
    others = User.filter(account_id=account.id, role=Role.ADMINISTRATOR).exclude(id=user.id)
    if not await others.exists():
        raise LastAdministrator
