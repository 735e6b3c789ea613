"""Activating licenses as the people who got them do."""

from datetime import timedelta

from models.access.credentials import issue_token
from models.access.secrets import new_secret
from models.database.clock import now
from models.operations.licensing.activate_license import activate_license
from models.tables import License, TokenPurpose, User


async def activation_token(license: License) -> str:
    """A token as the mail about this license would carry it."""
    secret = new_secret()
    row = await License.get(id=license.id)
    await issue_token(
        secret,
        TokenPurpose.ACTIVATE,
        await User.get(id=row.user_id),
        expires_at=now() + timedelta(days=1),
        license_id=row.id,
        event_id=row.link_event_id,
    )
    return secret


async def activate(license: License) -> License:
    """Follow the link of a license."""
    return await activate_license(token=await activation_token(license))
