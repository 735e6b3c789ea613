"""Handing a seat from one user to another."""

from dataclasses import dataclass
from uuid import UUID

from models.access.viewer import Viewer
from models.errors import AlreadyLicensed
from models.events.events import EventType, record_event
from models.permissions import Permission
from models.reads.inventory import PoolCounts
from models.rules.account_transaction import viewer_transaction
from models.rules.licenses import current_license, end_license, find_live_license, find_user, give_license
from models.rules.seats import uncount_activation
from models.tables import License, LicenseEnd


@dataclass(frozen=True)
class LicenseTransferred:
    """The new holder's license, the one that ended, and the pool after it."""

    license: License
    ended: License
    pools: list[PoolCounts]


async def transfer_license(viewer: Viewer, *, license_id: UUID, to_user_id: UUID) -> LicenseTransferred:
    """Hand the seat to a user who holds none; both are mailed, and the new holder activates anew.

    Raises NotPermitted, NotFound, AlreadyLicensed (also for the holder themselves).
    """
    async with viewer_transaction(viewer, Permission.ASSIGN_LICENSES) as account:
        ended = await find_live_license(account, license_id)
        user = await find_user(account, to_user_id)
        if held := await current_license(user):
            raise AlreadyLicensed(held)
        activated = ended.activated_at is not None
        await end_license(ended, LicenseEnd.TRANSFERRED)
        license = await give_license(account, user, ended.package_id, by=viewer.actor_id)
        pool = await uncount_activation(account.id, ended.package_id, activated=activated)
        await record_event(
            account,
            EventType.LICENSE_TRANSFERRED,
            by=viewer.actor_id,
            data={
                "license_id": license.id,
                "ended_license_id": ended.id,
                "user_id": user.id,
                "from_user_id": ended.user_id,
                "package_id": ended.package_id,
                "activated": activated,
            },
            pools=[pool],
            event_id=license.link_event_id,
        )
    return LicenseTransferred(license, ended, [pool])
