"""The viewer: an authenticated user or API key, with its permissions."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from models.errors import NotPermitted
from models.permissions import Permission


class ViewerChanged(Exception):
    """The credential has ended, or its rights have changed, since the viewer was authenticated. Nothing was done."""


class Viewer(NamedTuple):
    """A signed-in user or an API key, as read with their credential at the start of a request.

    `credential_id` is that of a session, or of the secret of a key. `buyer_id` is the user who answers for
    purchases: for a key, its maker. `rights` is the stored source of the permissions: a role, or a key's scopes.
    `locale` is the user's; a key has none.
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
        """The actor that events record."""
        return self.api_key_id or self.buyer_id

    @property
    def cart_owner_id(self) -> UUID:
        """The owner of the viewer's cart: an API key has one of its own."""
        return self.api_key_id or self.buyer_id

    @property
    def budget_id(self) -> UUID:
        """The holder of the cost budget: a session, or a key, which its secrets share."""
        return self.api_key_id or self.credential_id

    def may(self, permission: Permission) -> bool:
        """Whether the viewer has a permission."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Raise NotPermitted unless the viewer has the permission."""
        if not self.may(permission):
            raise NotPermitted(permission)

    def require_all(self, permissions: Iterable[Permission]) -> None:
        """Raise NotPermitted, for the first that is lacking, unless the viewer has every permission."""
        for permission in permissions:
            self.require(permission)
