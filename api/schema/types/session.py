"""Session."""

from datetime import datetime
from operator import eq

import strawberry

from api.schema.context import Info
from api.schema.enums import SessionKind
from api.schema.node import Node
from api.schema.types.mapped import Mapped, column, mapped, planned
from api.schema.types.people import User, load_user
from engine.breadth_first.loaders import awaits_loaders_only
from engine.sql.mappings import Column, Join, ToOne
from models import tables


@mapped("sessions", description="A place where a user is signed in, until it expires or is ended.")
class Session(Mapped, Node):
    """A place where a user is signed in."""

    row: strawberry.Private[tables.Session]
    kind: SessionKind = column("How its client keeps the secret.")
    client: str = column("What the client said of itself when it signed in (User-Agent); empty when nothing.")
    created_at: datetime = column("When the user signed in.")
    expires_at: datetime = column("When it ends by itself.")
    ended_at: datetime | None = column(
        "When it was ended, by signing out or by revokeSession; null before.", "revoked_at"
    )

    @planned(ToOne(Join("users", on={"id": "user_id"})), "Who is signed in.")
    @awaits_loaders_only
    async def user(self, info: Info) -> User:
        """The session's user."""
        return await load_user(info, self.row.account_id, self.row.user_id)

    @planned(Column(("id", "viewer.credential_id"), eq), "Whether it is the one that this request came with.")
    def current(self, info: Info) -> bool:
        """Whether it is the viewer's own session of now."""
        return self.row.id == info.context.require_viewer().credential_id
