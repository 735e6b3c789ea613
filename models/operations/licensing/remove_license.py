"""Taking a license from its user."""

from dataclasses import dataclass
from uuid import UUID

from models.access.viewer import Viewer
from models.events.events import EventType, record_event
from models.permissions import Permission
from models.reads.inventory import PoolCounts
from models.rules.account_transaction import viewer_transaction
from models.rules.licenses import end_license, find_license
from models.rules.seats import pool_of, return_seat
from models.tables import License, LicenseEnd


@dataclass(frozen=True)
class LicenseRemoved:
    """The ended license and the pool its seat returned to, after it."""

    license: License
    pools: list[PoolCounts]


async def remove_license(viewer: Viewer, *, license_id: UUID) -> LicenseRemoved:
    """End a license; its seat is available again and stays purchased.

    Removing what has ended answers the same again. Raises NotPermitted, NotFound.
    """
    async with viewer_transaction(viewer, Permission.ASSIGN_LICENSES) as account:
        license = await find_license(account, license_id)
        if license.ended_at is not None:
            return LicenseRemoved(license, [await pool_of(account.id, license.package_id)])
        activated = license.activated_at is not None
        await end_license(license, LicenseEnd.REMOVED)
        pool = await return_seat(account.id, license.package_id, activated=activated)
        await record_event(
            account,
            EventType.LICENSE_REMOVED,
            by=viewer.actor_id,
            data={
                "license_id": license.id,
                "user_id": license.user_id,
                "package_id": license.package_id,
                "activated": activated,
            },
            pools=[pool],
        )
    return LicenseRemoved(license, [pool])
