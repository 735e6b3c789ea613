"""Who asks, and what they may do."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from models.errors import NotPermitted
from models.permissions import Permission


class ViewerChanged(Exception):
    """The viewer's credential has ended since they were seen, or their rights are others now. Nothing was done."""


class Viewer(NamedTuple):
    """A signed-in user or an API key, as read with their credential at the start of a request.

    `credential_id` is that of a session, or of the secret of a key. `buyer_id` is the user who answers for
    what the viewer buys: for a key, who made it. `rights` is what the permissions come from, as it is stored: a
    role, or a key's scopes. `locale` is the user's; a key has none.
    """

    account_id: UUID
    permissions: frozenset[Permission]
    credential_id: UUID
    buyer_id: UUID
    user_id: UUID | None
    api_key_id: UUID | None = None
    rights: str = ""
    locale: str = ""

    @property
    def actor_id(self) -> UUID:
        """Who did it, as events tell."""
        return self.api_key_id or self.buyer_id

    @property
    def cart_owner_id(self) -> UUID:
        """Whose the viewer's cart is: an API key has one of its own."""
        return self.api_key_id or self.buyer_id

    @property
    def budget_id(self) -> UUID:
        """Whose budget is spent: a session's, or a key's, which its secrets share."""
        return self.api_key_id or self.credential_id

    def may(self, permission: Permission) -> bool:
        """Tell whether the viewer has a permission."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Raise NotPermitted unless the viewer has the permission."""
        if not self.may(permission):
            raise NotPermitted(permission)

    def require_all(self, permissions: Iterable[Permission]) -> None:
        """Raise NotPermitted, for the first that is lacking, unless the viewer has every permission."""
        for permission in permissions:
            self.require(permission)
