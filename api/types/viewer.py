"""Viewer."""

import strawberry

from api.connections import Connection, Listing, window
from api.context import Info
from api.enums import Permission
from api.types.account import Account, After, Before, First, Last
from api.types.people import User, load_user
from api.types.session import Session
from models import viewer as models_viewer
from models.reads.accounts import account_by_id
from models.reads.sessions import live_sessions


@strawberry.type(description="Who asks: a signed-in user or an API key.")
class Viewer:
    """Who asks."""

    asking: strawberry.Private[models_viewer.Viewer]
    permissions: list[Permission] = strawberry.field(description="What the viewer may do.")

    @strawberry.field(description="The signed-in user. Null for an API key.")
    async def user(self, info: Info) -> User | None:
        """The signed-in user."""
        return await load_user(info, self.asking.account_id, self.asking.user_id)

    @strawberry.field(description="The account the viewer belongs to.")
    async def account(self) -> Account:
        """The viewer's account."""
        return Account.of(await account_by_id(self.asking.account_id))

    @strawberry.field(description="Where the viewer is signed in now, oldest first.")
    def sessions(
        self,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Session]:
        """The viewer's live sessions."""
        live = live_sessions(self.asking.account_id, self.asking.user_id)
        return Connection(listing=Listing(live, window(first, after, last, before), Session.of))

    @classmethod
    def of(cls, viewer: models_viewer.Viewer) -> "Viewer":
        """Present a viewer; permissions in the order of the enum."""
        return cls(asking=viewer, permissions=[p for p in Permission if viewer.may(p)])
