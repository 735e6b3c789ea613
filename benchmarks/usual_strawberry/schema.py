"""The schema: what can be read, done and followed."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator
from typing import Annotated, Any
from uuid import UUID, uuid4

import strawberry
from strawberry.dataloader import DataLoader
from strawberry.types import Info
from tortoise.timezone import now
from tortoise.transactions import in_transaction

from benchmarks.usual_strawberry import rows
from benchmarks.usual_strawberry.types import Account, License, SeatInventory, SeatPool, read_inventory

# The queues of subscribers, by the id of their account.
WAITING: defaultdict[UUID, set[asyncio.Queue[None]]] = defaultdict(set)


@strawberry.type
class Query:
    """The queries."""

    @strawberry.field
    async def account(self, info: Info) -> Account:
        """The viewer's account."""
        row = (await require_administrator(info)).account
        return Account(key=row.id, name=row.name)


@strawberry.type
class LicenseAssigned:
    """It was given."""

    license: License
    pools: list[SeatPool]


@strawberry.type
class NoSeatAvailableError:
    """There is no seat."""

    code: str


@strawberry.type
class AlreadyLicensedError:
    """They have one."""

    code: str


@strawberry.input
class AssignLicenseInput:
    """A user, and the package to assign."""

    user_id: strawberry.ID
    package_id: strawberry.ID


AssignLicensePayload = Annotated[
    LicenseAssigned | NoSeatAvailableError | AlreadyLicensedError, strawberry.union("AssignLicensePayload")
]


@strawberry.type
class Mutation:
    """The mutations."""

    @strawberry.mutation
    async def assign_license(self, info: Info, input: AssignLicenseInput) -> AssignLicensePayload:
        """Give a seat."""
        viewer = await require_administrator(info)
        async with in_transaction():
            account = await rows.Account.select_for_update().get(id=viewer.account.id)
            user = await rows.User.get(id=UUID(input.user_id), account_id=account.id)
            package = await rows.Package.get(id=UUID(input.package_id))
            if await rows.License.filter(account_id=account.id, user_id=user.id, ended_at=None).exists():
                return AlreadyLicensedError(code="ALREADY_LICENSED")
            pool = await rows.SeatPool.get_or_none(account_id=account.id, package_id=package.id)
            if pool is None or pool.assigned >= pool.purchased:
                return NoSeatAvailableError(code="NO_SEAT_AVAILABLE")
            pool.assigned += 1
            await pool.save(update_fields=["assigned"])
            license = await _give(account, user, package, pool, viewer)
        for queue in WAITING[account.id]:
            queue.put_nowait(None)
        return LicenseAssigned(license=License.of(license), pools=[SeatPool.of(pool)])


@strawberry.type
class Subscription:
    """The subscriptions."""

    @strawberry.subscription
    async def seat_counts_changed(self, info: Info) -> AsyncGenerator[SeatInventory, None]:
        """The seats now, and after each change."""
        account_id = (await require_administrator(info)).account.id
        queue: asyncio.Queue[None] = asyncio.Queue()
        WAITING[account_id].add(queue)
        try:
            yield await read_inventory(account_id)
            while True:
                await queue.get()
                yield await read_inventory(account_id)
        finally:
            WAITING[account_id].discard(queue)


async def require_administrator(info: Info) -> Any:
    """The viewer. Raises PermissionError."""
    viewer = await info.context["viewer"]()
    if viewer is None or viewer.role != "ADMINISTRATOR":
        raise PermissionError("Sign in first.")
    return viewer


def make_loaders() -> dict[str, Any]:
    """The loaders of one request."""
    return {"packages": DataLoader(_load_packages), "licenses": DataLoader(_load_licenses)}


async def _load_packages(ids: list[UUID]) -> list[rows.Package]:
    found = {row.id: row for row in await rows.Package.filter(id__in=ids)}
    return [found[key] for key in ids]


async def _load_licenses(ids: list[UUID]) -> list[rows.License | None]:
    live = await rows.License.filter(user_id__in=ids, ended_at=None)
    found = {row.user_id: row for row in live}  # pyright: ignore[reportAttributeAccessIssue]
    return [found.get(key) for key in ids]


async def _give(
    account: rows.Account, user: rows.User, package: rows.Package, pool: rows.SeatPool, viewer: rows.User
) -> rows.License:
    event_id = uuid4()
    license = await rows.License.create(
        account=account,
        user=user,
        package=package,
        assigned_at=now(),
        assigned_by=viewer.id,
        link_event_id=event_id,
    )
    account.version += 1
    await account.save(update_fields=["version"])
    counts = {"purchased": pool.purchased, "assigned": pool.assigned, "activated": pool.activated}
    await rows.Event.create(
        id=event_id,
        account=account,
        version=account.version,
        type="license.assigned",
        actor_id=viewer.id,
        occurred_at=now(),
        data={"license_id": str(license.id), "user_id": str(user.id), "package_id": str(package.id)},
        pools=[{"account_id": str(account.id), "package_id": str(package.id), **counts}],
    )
    return license


schema = strawberry.Schema(Query, Mutation, Subscription)
