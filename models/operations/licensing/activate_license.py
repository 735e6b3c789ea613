"""Following an activation link."""

from models.access.credentials import find_token, use_token
from models.database.clock import now
from models.errors import TokenInvalid
from models.events.events import EventType, record_event
from models.rules.account_transaction import account_transaction
from models.rules.seats import count_activation
from models.tables import License, Token, TokenPurpose


async def activate_license(*, token: str) -> License:
    """Activate the license a link was mailed for; needs no sign-in. Raises TokenInvalid.

    A license that is active already stays as it is.
    """
    found = await find_token(token, TokenPurpose.ACTIVATE)
    async with account_transaction(found.account_id) as account:
        await use_token(token, TokenPurpose.ACTIVATE)
        license = await _entitled_license(found)
        if license.activated_at is not None:
            return license
        license.activated_at = now()
        await license.save(update_fields=["activated_at"])
        pool = await count_activation(account.id, license.package_id)
        await record_event(
            account,
            EventType.LICENSE_ACTIVATED,
            by=license.user_id,
            data={
                "license_id": license.id,
                "user_id": license.user_id,
                "package_id": license.package_id,
            },
            pools=[pool],
        )
    return license


async def _entitled_license(token: Token) -> License:
    """The live license whose newest link this is: a removal, a transfer or a newer link has made older ones dead."""
    license = await License.get_or_none(
        account_id=token.account_id,
        user_id=token.user_id,
        ended_at=None,
        link_event_id=token.event_id,
    )
    if license is None:
        raise TokenInvalid
    return license
