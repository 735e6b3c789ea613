"""Mailing the holder a fresh activation link."""

from datetime import timedelta
from uuid import UUID

from models.access.viewer import Viewer
from models.database.ids import new_id
from models.errors import NotFound
from models.events.events import EventType, record_event
from models.limits.rate_limits import Allowance, spend
from models.permissions import Permission
from models.rules.account_transaction import viewer_transaction
from models.rules.licenses import find_live_license
from models.tables import License

# More than so many, and somebody fills the holder's mailbox.
LINKS_OF_A_HOLDER = Allowance("activation links of a holder", 5, timedelta(minutes=15))


async def send_activation_link(viewer: Viewer, *, license_id: UUID) -> License:
    """Have a fresh activation link mailed to the holder; earlier links stop working at once.

    A holder is mailed at most five in 15 minutes, whatever license they are for. Raises NotPermitted, NotFound,
    RateLimited.
    """
    viewer.require(Permission.ASSIGN_LICENSES)
    held = await License.get_or_none(id=license_id, account_id=viewer.account_id, ended_at=None)
    if held is None:
        raise NotFound("License", license_id)
    await spend(LINKS_OF_A_HOLDER, str(held.user_id))
    async with viewer_transaction(viewer, Permission.ASSIGN_LICENSES) as account:
        license = await find_live_license(account, license_id)
        license.link_event_id = new_id()
        await license.save(update_fields=["link_event_id"])
        await record_event(
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
