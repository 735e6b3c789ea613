"""Viewer."""

import strawberry

from api.schema.connections import Connection, Listing, window
from api.schema.context import Info
from api.schema.enums import Permission
from api.schema.types.account import Account, After, Before, First, Last
from api.schema.types.api_key import ApiKey
from api.schema.types.mapped import Mapped, column, mapped, planned
from api.schema.types.people import User, load_user
from api.schema.types.session import Session
from engine.breadth_first.loaders import awaits_loaders_only
from engine.sql.mappings import VIEWER, Join, OfViewer, ToMany, ToOne
from models.access import viewer as models_viewer
from models.access.credentials import permissions_of
from models.database.ids import NIL_UUID
from models.reads.accounts import account_by_id
from models.reads.sessions import OF_VIEWER, live_sessions

SESSIONS = "Viewer.sessions"


def _permissions(role: str | None, scopes: str | None) -> list[Permission]:
    permissions = permissions_of(role, scopes)
    return [each for each in Permission if each in permissions]


@mapped(VIEWER, description="Who asks: a signed-in user or an API key.")
class Viewer(Mapped):
    """The viewer: a signed-in user or an API key."""

    asking: strawberry.Private[models_viewer.Viewer]
    permissions: list[Permission] = column("What the viewer may do.", "role", "scopes", show=_permissions)

    @planned(ToOne(Join("users", on={"id": "user_id"})), "The signed-in user. Null for an API key.")
    @awaits_loaders_only
    async def user(self, info: Info) -> User | None:
        """The signed-in user."""
        user_id = self.asking.user_id
        return await load_user(info, self.asking.account_id, user_id) if user_id else None

    @planned(ToOne(Join("api_keys", on={"id": "api_key_id"})), "The API key that asks. Null for a signed-in user.")
    @awaits_loaders_only
    async def api_key(self, info: Info) -> ApiKey | None:
        """The asking API key."""
        key = self.asking.api_key_id
        row = await info.context.loaders(self.asking.account_id).api_keys.load(key) if key else None
        return ApiKey.of(row) if row else None

    @planned(OfViewer(), "The account the viewer belongs to.")
    async def account(self) -> Account:
        """The viewer's account."""
        return Account.of(await account_by_id(self.asking.account_id))

    @planned(ToMany(always=OF_VIEWER), "Where the viewer is signed in now, oldest first; nowhere for an API key.")
    def sessions(
        self,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Session]:
        """The viewer's live sessions."""
        live = live_sessions(self.asking.account_id, self.asking.user_id or NIL_UUID)
        where = window(SESSIONS, first, after, last, before)
        return Connection(listing=Listing(SESSIONS, live, where, Session.of))

    @classmethod
    def of(cls, row: models_viewer.Viewer) -> "Viewer":
        """Present a viewer; permissions in the order of the enum."""
        return cls(asking=row, permissions=[p for p in Permission if row.may(p)])
