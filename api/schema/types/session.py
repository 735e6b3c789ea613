"""Session."""

from datetime import datetime
from functools import partial
from operator import eq
from uuid import UUID

import strawberry

from api.schema.context import Info
from api.schema.enums import SessionKind
from api.schema.ids import encode_id
from api.schema.node import Node
from api.schema.types.people import User, load_user
from engine.breadth_first.loaders import by_loaders
from engine.sql.mappings import MIRRORS, Column, Join, Mirror, ToOne, columns
from models import tables


@strawberry.type(description="A place where a user is signed in, until it expires or is ended.")
class Session(Node):
    """A place where a user is signed in."""

    key: strawberry.Private[UUID]
    account_id: strawberry.Private[UUID]
    user_id: strawberry.Private[UUID]
    kind: SessionKind = strawberry.field(description="How its client keeps the secret.")
    client: str = strawberry.field(
        description="What the client said of itself when it signed in (User-Agent); empty when nothing."
    )
    created_at: datetime = strawberry.field(description="When the user signed in.")
    expires_at: datetime = strawberry.field(description="When it ends by itself.")
    ended_at: datetime | None = strawberry.field(
        description="When it was ended, by signing out or by revokeSession; null before."
    )

    @strawberry.field(description="Who is signed in.")
    @by_loaders
    async def user(self, info: Info) -> User:
        """The session's user."""
        return await load_user(info, self.account_id, self.user_id)

    @strawberry.field(description="Whether it is the one that this request came with.")
    def current(self, info: Info) -> bool:
        """Whether it is the viewer's own session of now."""
        return self.key == info.context.require_viewer().credential_id

    @classmethod
    def of(cls, row: tables.Session) -> "Session":
        """Present a row."""
        return cls(
            id=encode_id("Session", row.id),
            key=row.id,
            account_id=row.account_id,
            user_id=row.user_id,
            kind=row.kind,
            client=row.client,
            created_at=row.created_at,
            expires_at=row.expires_at,
            ended_at=row.revoked_at,
        )


MIRRORS.add(
    Mirror(
        "Session",
        "sessions",
        {
            "id": Column(("id",), partial(encode_id, "Session")),
            **columns("kind", "client", "created_at", "expires_at"),
            "endedAt": Column(("revoked_at",)),
            "user": ToOne("User", Join("users", on={"id": "user_id"})),
            "current": Column(("id", "viewer.credential_id"), eq),
        },
    )
)
