"""The types of the schema: a resolver for each field that needs one, data loaders for related rows."""

from uuid import UUID

import strawberry
from strawberry.types import Info

from benchmarks.usual_strawberry import rows


@strawberry.type
class Package:
    """A package."""

    id: strawberry.ID
    code: str
    name: str

    @classmethod
    def of(cls, row: rows.Package) -> "Package":
        """Show a row."""
        return cls(id=strawberry.ID(str(row.id)), code=row.code, name=row.name)


@strawberry.type
class SeatPool:
    """The seats of a package."""

    package_id: strawberry.Private[UUID]
    purchased: int
    assigned: int
    activated: int

    @strawberry.field
    def available(self) -> int:
        """The seats that are left."""
        return self.purchased - self.assigned

    @strawberry.field
    async def package(self, info: Info) -> Package:
        """The package of the seats."""
        return Package.of(await info.context["packages"].load(self.package_id))

    @classmethod
    def of(cls, row: rows.SeatPool) -> "SeatPool":
        """Show a row."""
        return cls(
            package_id=row.package_id,  # pyright: ignore[reportAttributeAccessIssue]
            purchased=row.purchased,
            assigned=row.assigned,
            activated=row.activated,
        )


@strawberry.type
class SeatInventory:
    """The seats of an account."""

    version: str
    pools: list[SeatPool]


@strawberry.type
class License:
    """A license."""

    id: strawberry.ID
    package_id: strawberry.Private[UUID]
    assigned_at: str

    @strawberry.field
    async def package(self, info: Info) -> Package:
        """The package that is licensed."""
        return Package.of(await info.context["packages"].load(self.package_id))

    @classmethod
    def of(cls, row: rows.License) -> "License":
        """Show a row."""
        return cls(
            id=strawberry.ID(str(row.id)),
            package_id=row.package_id,  # pyright: ignore[reportAttributeAccessIssue]
            assigned_at=row.assigned_at.isoformat(),
        )


@strawberry.type
class User:
    """A person."""

    key: strawberry.Private[UUID]
    id: strawberry.ID
    email: str
    first_name: str
    last_name: str

    @strawberry.field
    async def license(self, info: Info) -> License | None:
        """The user's license."""
        row = await info.context["licenses"].load(self.key)
        return License.of(row) if row else None

    @classmethod
    def of(cls, row: rows.User) -> "User":
        """Show a row."""
        return cls(
            key=row.id,
            id=strawberry.ID(str(row.id)),
            email=row.email,
            first_name=row.first_name,
            last_name=row.last_name,
        )


@strawberry.type
class PageInfo:
    """The end of a page."""

    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class UserConnection:
    """A page of users."""

    total_count: int
    nodes: list[User]
    page_info: PageInfo


@strawberry.type
class Account:
    """An account."""

    key: strawberry.Private[UUID]
    name: str

    @strawberry.field
    async def seat_inventory(self) -> SeatInventory:
        """Its seats."""
        return await read_inventory(self.key)

    @strawberry.field
    async def users(self, first: int = 50) -> UserConnection:
        """Its people."""
        found = rows.User.filter(account_id=self.key)
        page = await found.order_by("id").limit(first + 1)
        users = [User.of(row) for row in page[:first]]
        info = PageInfo(has_next_page=len(page) > first, end_cursor=users[-1].id if users else None)
        return UserConnection(total_count=await found.count(), nodes=users, page_info=info)


async def read_inventory(account_id: UUID) -> SeatInventory:
    """The seats of an account."""
    account = await rows.Account.get(id=account_id)
    pools = await rows.SeatPool.filter(account_id=account_id).order_by("package__tier")
    return SeatInventory(version=str(account.version), pools=[SeatPool.of(row) for row in pools])
