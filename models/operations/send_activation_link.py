"""Mailing the holder a fresh activation link."""

from uuid import UUID

from models.account_transaction import viewer_transaction
from models.events import EventType, record
from models.ids import new_id
from models.licenses import find_live_license
from models.permission import Permission
from models.tables import License
from models.viewer import Viewer


async def send_activation_link(viewer: Viewer, *, license_id: UUID) -> License:
    """Have a fresh activation link mailed to the holder; earlier links stop working at once.

    Raises NotPermitted, NotFound.
    """
    viewer.require(Permission.ASSIGN_LICENSES)
    async with viewer_transaction(viewer, Permission.ASSIGN_LICENSES) as account:
        license = await find_live_license(account, license_id)
        license.link_event_id = new_id()
        await license.save(update_fields=["link_event_id"])
        await record(
            account,
            EventType.ACTIVATION_LINK_SENT,
            by=viewer.actor_id,
            data={
                "license_id": license.id,
                "user_id": license.user_id,
                "package_id": license.package_id,
            },
            event_id=license.link_event_id,
        )
    return license
