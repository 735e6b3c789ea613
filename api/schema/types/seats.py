"""SeatPool and SeatInventory."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from api.schema.context import Info
from api.schema.ids import encode_id
from api.schema.node import Node
from api.schema.types.mapped import Mapped, column, mapped, planned
from api.schema.types.package import Package, load_package
from engine.breadth_first.loaders import awaits_loaders_only
from engine.sql.mappings import ACCOUNT, Column, Embedded, Join, ToMany
from models.database.clock import now
from models.reads.conditions import Condition
from models.reads.inventory import POOLED, Inventory, PoolCounts, package_codes_condition


def _id(account_id: UUID, package_id: UUID) -> strawberry.ID:
    return encode_id("SeatPool", f"{account_id}/{package_id}")


def _count(seats: int | None) -> int:
    return seats or 0


def _available(purchased: int | None, assigned: int | None) -> int:
    return _count(purchased) - _count(assigned)


@mapped(
    "packages",
    id=Column((ACCOUNT, "id"), _id),
    joins={"pool": Join("seat_pools", on={"package_id": "id"})},
    where=POOLED,
    shared=True,
    description="All seats of one package in one account. available = purchased - assigned, never below zero.",
)
class SeatPool(Mapped, Node):
    """The seats of one package in one account."""

    row: strawberry.Private[PoolCounts]
    purchased: int = column("Seats bought and paid for.", "pool.purchased", show=_count)
    assigned: int = column("Seats given to people, activated or not.", "pool.assigned", show=_count)
    activated: int = column(
        "Assigned seats whose holder has followed the activation link.", "pool.activated", show=_count
    )
    available: int = column("Seats that can be given now.", "pool.purchased", "pool.assigned", show=_available)

    @planned(Embedded(), "What a seat of this pool licenses.")
    @awaits_loaders_only
    async def package(self, info: Info) -> Package:
        """The pool's package."""
        return await load_package(info, self.row.package_id)

    @classmethod
    def of(cls, row: PoolCounts) -> "SeatPool":
        """Present counts."""
        return cls.showing(row, id=_id(row.account_id, row.package_id))


def _of_codes(arguments: dict[str, Any]) -> Iterable[Condition]:
    codes = arguments.get("packageCodes")
    return [] if codes is None else [package_codes_condition(codes)]


@mapped("accounts", description="How many seats the account has of each package, consistent at one version.")
class SeatInventory(Mapped):
    """The pools of an account at one version."""

    version: str = column(
        "The account's version these counts belong to; give it as `after` to seatCountsChanged.", show=str
    )
    as_of: datetime = planned(Column((), now), "When the counts were read.")
    pools: list[SeatPool] = planned(
        ToMany(order=("tier", "code"), wanted=_of_codes),
        "One for each package on sale, and each other that was ever bought; lowest tier first.",
    )

    @classmethod
    def of(cls, row: Inventory) -> "SeatInventory":
        """Present an inventory."""
        return cls(version=str(row.version), as_of=row.as_of, pools=[SeatPool.of(pool) for pool in row.pools])
