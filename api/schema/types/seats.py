"""SeatPool and SeatInventory."""

from datetime import datetime
from uuid import UUID

import strawberry

from api.schema.context import Info
from api.schema.ids import encode_id
from api.schema.node import Node
from api.schema.types.package import Package, load_package
from engine.breadth_first.loaders import by_loaders
from engine.sql.mappings import ACCOUNT, MIRRORS, Column, Embedded, Join, Mirror
from models.reads.inventory import POOLED, Inventory, PoolCounts


@strawberry.type(
    description="All seats of one package in one account. available = purchased - assigned, never below zero."
)
class SeatPool(Node):
    """The seats of one package in one account."""

    package_id: strawberry.Private[UUID]
    purchased: int = strawberry.field(description="Seats bought and paid for.")
    assigned: int = strawberry.field(description="Seats given to people, activated or not.")
    activated: int = strawberry.field(description="Assigned seats whose holder has followed the activation link.")
    available: int = strawberry.field(description="Seats that can be given now.")

    @strawberry.field(description="What a seat of this pool licenses.")
    @by_loaders
    async def package(self, info: Info) -> Package:
        """The pool's package."""
        return await load_package(info, self.package_id)

    @classmethod
    def of(cls, counts: PoolCounts) -> "SeatPool":
        """Present counts."""
        return cls(
            id=encode_id("SeatPool", f"{counts.account_id}/{counts.package_id}"),
            package_id=counts.package_id,
            purchased=counts.purchased,
            assigned=counts.assigned,
            activated=counts.activated,
            available=counts.available,
        )


def _pool_id(account_id: UUID, package_id: UUID) -> strawberry.ID:
    return encode_id("SeatPool", f"{account_id}/{package_id}")


def _count(seats: int | None) -> int:
    return seats or 0


def _available(purchased: int | None, assigned: int | None) -> int:
    return _count(purchased) - _count(assigned)


MIRRORS.add(
    Mirror(
        "SeatPool",
        "packages",
        {
            "id": Column((ACCOUNT, "id"), _pool_id),
            **{name: Column((f"pool.{name}",), _count) for name in ("purchased", "assigned", "activated")},
            "available": Column(("pool.purchased", "pool.assigned"), _available),
            "package": Embedded("Package"),
        },
        where=POOLED,
        joins={"pool": Join("seat_pools", on={"package_id": "id"})},
        shared=True,
    )
)


@strawberry.type(description="How many seats the account has of each package, consistent at one version.")
class SeatInventory:
    """The pools of an account at one version."""

    version: str = strawberry.field(
        description="The account's version these counts belong to; give it as `after` to seatCountsChanged."
    )
    as_of: datetime = strawberry.field(description="When the counts were read.")
    pools: list[SeatPool] = strawberry.field(
        description="One for each package on sale, and each other that was ever bought; lowest tier first."
    )

    @classmethod
    def of(cls, inventory: Inventory) -> "SeatInventory":
        """Present an inventory."""
        return cls(
            version=str(inventory.version),
            as_of=inventory.as_of,
            pools=[SeatPool.of(pool) for pool in inventory.pools],
        )
