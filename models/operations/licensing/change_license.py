"""Moving a user to another package."""

from dataclasses import dataclass
from uuid import UUID

from models.access.viewer import Viewer
from models.database.clock import now
from models.errors import NotFound
from models.events.events import EventType, record_event
from models.permissions import Permission
from models.reads.inventory import PoolCounts
from models.rules.account_transaction import viewer_transaction
from models.rules.licenses import end_license, find_license
from models.rules.seats import pool_of, return_seat, take_seat
from models.tables import Account, License, LicenseEnd, Package


@dataclass(frozen=True)
class LicenseChanged:
    """The license on the new package, the one that was given, and both pools after it.

    The one that was given has ended, unless it was of that package already.
    """

    license: License
    ended: License
    pools: list[PoolCounts]


async def change_license(viewer: Viewer, *, license_id: UUID, package_id: UUID) -> LicenseChanged:
    """End a license and start one of another package in its place, keeping the activation.

    The same package, or the same change again, changes nothing. Raises NotPermitted, NotFound, NoSeatAvailable.
    """
    async with viewer_transaction(viewer, Permission.ASSIGN_LICENSES) as account:
        license = await find_license(account, license_id)
        current = await _current(account, license, package_id)
        if not await Package.exists(id=package_id):
            raise NotFound("Package", package_id)
        if current.package_id == package_id:
            return LicenseChanged(current, license, [await pool_of(account.id, package_id)])
        activated = license.activated_at is not None
        taken = await take_seat(account.id, package_id, activated=activated)
        changed = await _replace(license, package_id, viewer)
        returned = await return_seat(account.id, license.package_id, activated=activated)
        pools = [returned, taken]
        await record_event(
            account,
            EventType.LICENSE_CHANGED,
            by=viewer.actor_id,
            data={
                "license_id": changed.id,
                "ended_license_id": license.id,
                "user_id": license.user_id,
                "from_package_id": license.package_id,
                "package_id": package_id,
                "activated": activated,
            },
            pools=pools,
        )
    return LicenseChanged(changed, license, pools)


async def _current(account: Account, license: License, package_id: UUID) -> License:
    """The license itself while it is live, or, where this very change was made already, the one it led to."""
    if license.ended_at is None:
        return license
    if license.end_reason is LicenseEnd.CHANGED:
        successor = await License.get_or_none(
            account_id=account.id, user_id=license.user_id, package_id=package_id, ended_at=None
        )
        if successor is not None:
            return successor
    raise NotFound("License", license.id)


async def _replace(license: License, package_id: UUID, viewer: Viewer) -> License:
    # The link mailed for the old license goes on working for the new one.
    link_event_id = license.link_event_id
    await end_license(license, LicenseEnd.CHANGED)
    return await License.create(
        account_id=license.account_id,
        user_id=license.user_id,
        package_id=package_id,
        assigned_at=now(),
        assigned_by=viewer.actor_id,
        activated_at=license.activated_at,
        link_event_id=link_event_id,
    )
