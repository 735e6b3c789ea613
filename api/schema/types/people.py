"""User and License: each shows the other, so they share a file."""

from datetime import datetime
from uuid import UUID

import strawberry

from api.schema.context import Info
from api.schema.enums import LicenseState, Role
from api.schema.node import Node
from api.schema.types.mapped import Mapped, column, mapped, planned
from api.schema.types.package import PACKAGE, Package, load_package
from engine.breadth_first.loaders import awaits_loaders_only
from engine.sql.mappings import Join, ToOne
from models import tables
from models.reads.licenses import state_at


@mapped("users", description="A person of the account. The e-mail address is unique across the installation.")
class User(Mapped, Node):
    """A person of the account."""

    row: strawberry.Private[tables.User]
    email: str = column("Where notices go; compared without regard to case.")
    first_name: str = column("1 to 100 characters.")
    last_name: str = column("1 to 100 characters.")
    locale: str = column("A known locale as a BCP 47 tag: en, fr-CA. Notices to this person are written in it.")
    role: Role = column("What the user may do.")
    created_at: datetime = column("When the user was added.")

    @planned(
        ToOne(Join("licenses", on={"user_id": "id"}, live=("ended_at",))), "The license held now; null when none."
    )
    @awaits_loaders_only
    async def license(self, info: Info) -> "License | None":
        """The user's live license."""
        row = await info.context.loaders(self.row.account_id).live_license_of_user.load(self.row.id)
        return License.of(row) if row else None


@mapped(
    "licenses",
    description="One user's hold of one seat: from assignedAt until endedAt."
    " Ended licenses stay as history and are never reused.",
)
class License(Mapped, Node):
    """One user's hold of one seat."""

    row: strawberry.Private[tables.License]
    state: LicenseState = column(
        "Assigned, active or ended; follows from the times below.", "ended_at", "activated_at", show=state_at
    )
    assigned_at: datetime = column("When the seat was given to the user.")
    activated_at: datetime | None = column("When the user activated; null until then. A change of package keeps it.")
    ended_at: datetime | None = column("When the hold ended; null while it lasts.")

    @planned(PACKAGE, "What is licensed.")
    @awaits_loaders_only
    async def package(self, info: Info) -> Package:
        """The license's package."""
        return await load_package(info, self.row.package_id)

    @planned(ToOne(Join("users", on={"id": "user_id"})), "Who holds, or held, the seat.")
    @awaits_loaders_only
    async def user(self, info: Info) -> User:
        """The license's user."""
        return await load_user(info, self.row.account_id, self.row.user_id)


async def load_user(info: Info, account_id: UUID, user_id: UUID) -> User:
    """The user of a row that refers to one; the foreign key holds that they exist."""
    user = await info.context.loaders(account_id).users.load_shown(user_id, User.of)
    if user is None:
        raise LookupError("a row refers to a user that is not of its account")
    return user
