"""Finding, ending and rebuilding licenses; used by the operations that move one."""

from uuid import UUID

from models.database.clock import now
from models.database.ids import new_id
from models.errors import NotFound
from models.tables import Account, License, LicenseEnd, User


async def find_user(account: Account, user_id: UUID) -> User:
    """A user of the account. Raises NotFound: somebody else's is as unknown as none."""
    user = await User.get_or_none(id=user_id, account_id=account.id)
    if user is None:
        raise NotFound("User", user_id)
    return user


async def current_license(user: User) -> License | None:
    """The license a user holds now, or None."""
    return await License.get_or_none(account_id=user.account_id, user_id=user.id, ended_at=None)


async def find_license(account: Account, license_id: UUID) -> License:
    """A license of the account, live or ended. Raises NotFound."""
    license = await License.get_or_none(id=license_id, account_id=account.id)
    if license is None:
        raise NotFound("License", license_id)
    return license


async def find_live_license(account: Account, license_id: UUID) -> License:
    """A license of the account that has not ended. Raises NotFound."""
    license = await find_license(account, license_id)
    if license.ended_at is not None:
        raise NotFound("License", license_id)
    return license


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


async def end_license(license: License, reason: LicenseEnd) -> None:
    """Close the interval. The row stays as history; its activation link is dead."""
    license.ended_at = now()
    license.end_reason = reason
    license.link_event_id = None
    await license.save(update_fields=["ended_at", "end_reason", "link_event_id"])
