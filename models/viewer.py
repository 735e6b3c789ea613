"""Who asks, and what they may do."""

from dataclasses import dataclass
from uuid import UUID

from models.errors import NotPermitted
from models.permission import GRANTED, Permission
from models.tables import Role


@dataclass(frozen=True)
class Viewer:
    """A signed-in user, as read with their session at the start of a request."""

    account_id: UUID
    user_id: UUID
    role: Role
    session_id: UUID

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the viewer's role grants."""
        return GRANTED[self.role]

    def may(self, permission: Permission) -> bool:
        """Tell whether the viewer has a permission."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Raise NotPermitted unless the viewer has the permission."""
        if not self.may(permission):
            raise NotPermitted(permission)
