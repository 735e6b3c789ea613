"""User and License: each shows the other, so they share a file."""

from datetime import datetime
from functools import partial
from uuid import UUID

import strawberry

from api.schema.context import Info
from api.schema.enums import LicenseState, Role
from api.schema.ids import encode_id
from api.schema.node import Node
from api.schema.types.package import Package, load_package
from engine.breadth_first.loaders import by_loaders
from engine.sql.mappings import MIRRORS, Column, Join, Mirror, ToOne, columns
from models import tables
from models.reads.licenses import state_at, state_of


@strawberry.type(description="A person of the account. The e-mail address is unique across the installation.")
class User(Node):
    """A person of the account."""

    key: strawberry.Private[UUID]
    account_id: strawberry.Private[UUID]
    email: str = strawberry.field(description="Where notices go; compared without regard to case.")
    first_name: str = strawberry.field(description="1 to 100 characters.")
    last_name: str = strawberry.field(description="1 to 100 characters.")
    locale: str = strawberry.field(
        description="A known locale as a BCP 47 tag: en, fr-CA. Notices to this person are written in it."
    )
    role: Role = strawberry.field(description="What the user may do.")
    created_at: datetime = strawberry.field(description="When the user was added.")

    @strawberry.field(description="The license held now; null when none.")
    @by_loaders
    async def license(self, info: Info) -> "License | None":
        """The user's live license."""
        row = await info.context.loaders(self.account_id).live_license_of_user.load(self.key)
        return License.of(row) if row else None

    @classmethod
    def of(cls, row: tables.User) -> "User":
        """Present a row."""
        return cls(
            id=encode_id("User", row.id),
            key=row.id,
            account_id=row.account_id,
            email=row.email,
            first_name=row.first_name,
            last_name=row.last_name,
            locale=row.locale,
            role=row.role,
            created_at=row.created_at,
        )


@strawberry.type(
    description="One user's hold of one seat: from assignedAt until endedAt."
    " Ended licenses stay as history and are never reused."
)
class License(Node):
    """One user's hold of one seat."""

    account_id: strawberry.Private[UUID]
    package_id: strawberry.Private[UUID]
    user_id: strawberry.Private[UUID]
    state: LicenseState = strawberry.field(description="Assigned, active or ended; follows from the times below.")
    assigned_at: datetime = strawberry.field(description="When the seat was given to the user.")
    activated_at: datetime | None = strawberry.field(
        description="When the user activated; null until then. A change of package keeps it."
    )
    ended_at: datetime | None = strawberry.field(description="When the hold ended; null while it lasts.")

    @strawberry.field(description="What is licensed.")
    @by_loaders
    async def package(self, info: Info) -> Package:
        """The license's package."""
        return await load_package(info, self.package_id)

    @strawberry.field(description="Who holds, or held, the seat.")
    @by_loaders
    async def user(self, info: Info) -> User:
        """The license's user."""
        return await load_user(info, self.account_id, self.user_id)

    @classmethod
    def of(cls, row: tables.License) -> "License":
        """Present a row."""
        return cls(
            id=encode_id("License", row.id),
            account_id=row.account_id,
            package_id=row.package_id,
            user_id=row.user_id,
            state=state_of(row),
            assigned_at=row.assigned_at,
            activated_at=row.activated_at,
            ended_at=row.ended_at,
        )


MIRRORS.add(
    Mirror(
        "User",
        "users",
        {
            "id": Column(("id",), partial(encode_id, "User")),
            **columns("email", "first_name", "last_name", "locale", "role", "created_at"),
            "license": ToOne("License", Join("licenses", on={"user_id": "id"}, live=("ended_at",)), nullable=True),
        },
    )
)
MIRRORS.add(
    Mirror(
        "License",
        "licenses",
        {
            "id": Column(("id",), partial(encode_id, "License")),
            "state": Column(("ended_at", "activated_at"), state_at),
            **columns("assigned_at", "activated_at", "ended_at"),
            "package": ToOne("Package", Join("packages", on={"id": "package_id"}, shared=True)),
            "user": ToOne("User", Join("users", on={"id": "user_id"})),
        },
    )
)


async def load_user(info: Info, account_id: UUID, user_id: UUID) -> User:
    """The user of a row that refers to one; the foreign key holds that they exist."""
    user = await info.context.loaders(account_id).users.load_shown(user_id, User.of)
    if user is None:
        raise LookupError("a row refers to a user that is not of its account")
    return user
