"""The seats of an account by package, consistent at one version."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from models.database.clock import now
from models.database.connection import fetch
from models.reads.conditions import Condition
from models.reads.packages import codes_condition, package_code


@dataclass(frozen=True)
class PoolCounts:
    """The seats of one package in one account: 0 <= activated <= assigned <= purchased."""

    account_id: UUID
    package_id: UUID
    purchased: int = 0
    assigned: int = 0
    activated: int = 0

    @property
    def available(self) -> int:
        """Seats that can be given: purchased - assigned."""
        return self.purchased - self.assigned

    def as_json(self) -> dict[str, Any]:
        """The counts as JSON for an event."""
        return {
            "account_id": str(self.account_id),
            "package_id": str(self.package_id),
            "purchased": self.purchased,
            "assigned": self.assigned,
            "activated": self.activated,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "PoolCounts":
        """The reverse of `as_json`."""
        counts = (data["purchased"], data["assigned"], data["activated"])
        return cls(UUID(data["account_id"]), UUID(data["package_id"]), *counts)


@dataclass(frozen=True)
class Inventory:
    """The pools of an account at one version, lowest tier first."""

    version: int
    as_of: datetime
    pools: list[PoolCounts]

    def as_json(self) -> dict[str, Any]:
        """The inventory as JSON for an idempotency record."""
        return {
            "version": self.version,
            "as_of": self.as_of.isoformat(),
            "pools": [pool.as_json() for pool in self.pools],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Inventory":
        """The reverse of `as_json`."""
        pools = [PoolCounts.from_json(pool) for pool in data["pools"]]
        return cls(data["version"], datetime.fromisoformat(data["as_of"]), pools)


async def read_inventory(
    account_id: UUID,
    *,
    package_ids: Iterable[UUID] | None = None,
    package_codes: Iterable[str] | None = None,
) -> Inventory:
    """The seats of an account: all packages, or those named. Packages on sale that were never bought count zero.

    One statement, so that version and counts belong together.
    """
    rows = await fetch(
        """
        SELECT account.version, account.id AS account_id, package.id AS package_id,
               coalesce(pool.purchased, 0) AS purchased,
               coalesce(pool.assigned, 0) AS assigned,
               coalesce(pool.activated, 0) AS activated
        FROM accounts AS account
        LEFT JOIN (
            packages AS package
            LEFT JOIN seat_pools AS pool ON pool.package_id = package.id AND pool.account_id = $1
        ) ON (package.on_sale OR pool.id IS NOT NULL)
            AND ($2::uuid[] IS NULL OR package.id = ANY($2))
            AND ($3::text[] IS NULL OR package.code = ANY($3))
        WHERE account.id = $1
        ORDER BY package.tier, package.code
        """,
        account_id,
        None if package_ids is None else list(package_ids),
        None if package_codes is None else [package_code(each) for each in package_codes],
    )
    found = [row for row in rows if row["package_id"] is not None]
    return Inventory(rows[0]["version"], now(), [pool_from_row(row) for row in found])


# The same rows as conditions of a statement; `{row}` is a package.
POOLED = Condition(
    "({row}.on_sale OR EXISTS (SELECT FROM seat_pools AS bought WHERE bought.package_id = {row}.id"
    " AND bought.account_id = {account}))"
)


def package_codes_condition(codes: Iterable[str]) -> Condition:
    """Only packages of these codes."""
    return codes_condition("{row}.code = ANY({value}::text[])", codes)


async def pools_by_package(account_id: UUID, package_ids: Iterable[UUID]) -> dict[UUID, PoolCounts]:
    """Pools of an account by package."""
    inventory = await read_inventory(account_id, package_ids=package_ids)
    return {pool.package_id: pool for pool in inventory.pools}


def pool_from_row(row: dict[str, Any]) -> PoolCounts:
    """The counts in a row that has the columns of `PoolCounts`, and perhaps others."""
    return PoolCounts(row["account_id"], row["package_id"], row["purchased"], row["assigned"], row["activated"])
