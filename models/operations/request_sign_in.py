"""Asking for a sign-in link."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from models import wakeups
from models.clock import now
from models.database import transaction
from models.events import EventType, record_for_user
from models.inputs import Inputs
from models.reads.users import user_by_email
from models.tables import Event, User

SIGN_IN_LINK_LIFETIME = timedelta(minutes=15)
# More than so many in that time, and somebody is filling a stranger's mailbox.
MOST_LINKS = 5


@dataclass(frozen=True)
class SignInRequested:
    """When the link stops working, told whether or not one was mailed."""

    expires_at: datetime


async def request_sign_in(*, email: str) -> SignInRequested:
    """Have a single-use link mailed to a user. Raises InvalidInput.

    Answers the same for an unknown address, and for one that was mailed five links in 15 minutes.
    """
    inputs = Inputs()
    address = inputs.email("email", email)
    inputs.refuse_bad()
    async with transaction():
        user = await user_by_email(address)
        if user and await _links_mailed_lately(user) < MOST_LINKS:
            await record_for_user(user, EventType.SIGN_IN_REQUESTED)
    if user:
        wakeups.announce(user.account_id)
    return SignInRequested(now() + SIGN_IN_LINK_LIFETIME)


async def _links_mailed_lately(user: User) -> int:
    # Several at once wait for each other here: each must see what the one before it has recorded.
    await User.filter(id=user.id).select_for_update(no_key=True).get()
    since = now() - SIGN_IN_LINK_LIFETIME
    asked = Event.filter(account_id=user.account_id, type=EventType.SIGN_IN_REQUESTED.value)
    return await asked.filter(actor_id=user.id, occurred_at__gt=since).count()
