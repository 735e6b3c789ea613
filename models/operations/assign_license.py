"""Giving one free seat to a user."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from models.account_transaction import viewer_transaction
from models.clock import now
from models.errors import AlreadyLicensed, NotFound
from models.events import EventType, record
from models.idempotency import check_key, find_record, keep_record
from models.ids import new_id
from models.inventory import PoolCounts
from models.licenses import current_license
from models.permission import Permission
from models.seats import take_seat
from models.snapshots import row_again, row_snapshot
from models.tables import Account, License, Package, User
from models.viewer import Viewer

OPERATION = "assignLicense"


@dataclass(frozen=True)
class LicenseAssigned:
    """The new license and the pool it was taken from, after it."""

    license: License
    pools: list[PoolCounts]


async def assign_license(
    viewer: Viewer, *, user_id: UUID, package_id: UUID, idempotency_key: str | None = None
) -> LicenseAssigned:
    """Give one free seat of a package to a user of the viewer's account; the user is mailed an activation link.

    Raises NotPermitted, InvalidInput, IdempotencyMismatch, NotFound, AlreadyLicensed, NoSeatAvailable.
    """
    viewer.require(Permission.ASSIGN_LICENSES)
    if idempotency_key is not None:
        check_key(idempotency_key)
    values = {"user_id": user_id, "package_id": package_id}
    async with viewer_transaction(viewer, Permission.ASSIGN_LICENSES) as account:
        if idempotency_key is not None:
            earlier = await find_record(account, OPERATION, idempotency_key, values)
            if earlier is not None and earlier.answer is not None:
                return _answer_again(earlier.answer)
        user = await find_user(account, user_id)
        await _require_package(package_id)
        if license := await current_license(user):
            raise AlreadyLicensed(license)
        pool = await take_seat(account.id, package_id)
        license = await give_license(account, user, package_id, by=viewer.actor_id)
        await record(
            account,
            EventType.LICENSE_ASSIGNED,
            by=viewer.actor_id,
            data={"license_id": license.id, "user_id": user.id, "package_id": package_id},
            pools=[pool],
            event_id=license.link_event_id,
        )
        if idempotency_key is not None:
            answer = {"license": row_snapshot(license), "pools": [pool.as_json()]}
            await keep_record(account, OPERATION, idempotency_key, values, answer=answer)
    return LicenseAssigned(license, [pool])


async def find_user(account: Account, user_id: UUID) -> User:
    """A user of the account. Raises NotFound: somebody else's is as unknown as none."""
    user = await User.get_or_none(id=user_id, account_id=account.id)
    if user is None:
        raise NotFound("User", user_id)
    return user


async def give_license(account: Account, user: User, package_id: UUID, *, by: UUID) -> License:
    """Insert a license that waits for activation. Its `link_event_id` is the id the caller's event must have."""
    return await License.create(
        account_id=account.id,
        user_id=user.id,
        package_id=package_id,
        assigned_at=now(),
        assigned_by=by,
        link_event_id=new_id(),
    )


async def _require_package(package_id: UUID) -> None:
    if not await Package.exists(id=package_id):
        raise NotFound("Package", package_id)


def _answer_again(answer: dict[str, Any]) -> LicenseAssigned:
    pools = [PoolCounts.from_json(pool) for pool in answer["pools"]]
    return LicenseAssigned(row_again(License, answer["license"]), pools)
