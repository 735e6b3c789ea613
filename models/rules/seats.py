"""Moving seats: every change of a counter goes through this file, under the account's lock."""

from uuid import UUID

from models.database.connection import fetch_one
from models.database.ids import new_id
from models.errors import NoSeatAvailable
from models.reads.inventory import PoolCounts, pool_from_row, read_inventory


async def add_seats(account_id: UUID, package_id: UUID, quantity: int) -> PoolCounts:
    """Add purchased seats to a pool, making the pool when it is the first lot."""
    row = await fetch_one(
        """
        INSERT INTO seat_pools (id, account_id, package_id, purchased, assigned, activated)
        VALUES ($1, $2, $3, $4, 0, 0)
        ON CONFLICT (account_id, package_id) DO UPDATE SET purchased = seat_pools.purchased + $4
        RETURNING account_id, package_id, purchased, assigned, activated
        """,
        new_id(),
        account_id,
        package_id,
        quantity,
    )
    return pool_from_row(row or {})


async def take_seat(account_id: UUID, package_id: UUID, *, activated: bool) -> PoolCounts:
    """Assign one free seat of a package. Raises NoSeatAvailable with the packages that have one."""
    row = await fetch_one(
        """
        UPDATE seat_pools SET assigned = assigned + 1, activated = activated + $3
        WHERE account_id = $1 AND package_id = $2 AND assigned < purchased
        RETURNING account_id, package_id, purchased, assigned, activated
        """,
        account_id,
        package_id,
        int(activated),
    )
    if row is None:
        raise await no_seat(account_id, package_id) or RuntimeError("a seat came free under the lock")
    return pool_from_row(row)


async def no_seat(account_id: UUID, package_id: UUID) -> NoSeatAvailable | None:
    """The refusal that every seat of a package is assigned; None where one is free now."""
    pools = (await read_inventory(account_id)).pools
    pool = next((each for each in pools if each.package_id == package_id), PoolCounts(account_id, package_id))
    if pool.available > 0:
        return None
    return NoSeatAvailable(pool, [each for each in pools if each.available > 0])


async def return_seat(account_id: UUID, package_id: UUID, *, activated: bool) -> PoolCounts:
    """Free one assigned seat; `activated` says whether it was activated."""
    return await _move(account_id, package_id, assigned=-1, activated=-int(activated))


async def count_activation(account_id: UUID, package_id: UUID) -> PoolCounts:
    """Count one more activated seat."""
    return await _move(account_id, package_id, assigned=0, activated=1)


async def uncount_activation(account_id: UUID, package_id: UUID, *, activated: bool) -> PoolCounts:
    """A seat changes hands: it stays assigned, and counts as not activated until its new holder does."""
    return await _move(account_id, package_id, assigned=0, activated=-int(activated))


async def pool_of(account_id: UUID, package_id: UUID) -> PoolCounts:
    """The counters of one package as they are."""
    inventory = await read_inventory(account_id, package_ids=[package_id])
    return inventory.pools[0] if inventory.pools else PoolCounts(account_id, package_id)


async def _move(account_id: UUID, package_id: UUID, *, assigned: int, activated: int) -> PoolCounts:
    row = await fetch_one(
        """
        UPDATE seat_pools SET assigned = assigned + $3, activated = activated + $4
        WHERE account_id = $1 AND package_id = $2
        RETURNING account_id, package_id, purchased, assigned, activated
        """,
        account_id,
        package_id,
        assigned,
        activated,
    )
    return pool_from_row(row or {})
