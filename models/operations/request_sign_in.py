"""Asking for a sign-in link."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from models.clock import now
from models.database import transaction
from models.events import EventType, record_for_user
from models.inputs import Inputs
from models.reads.users import user_by_email

SIGN_IN_LINK_LIFETIME = timedelta(minutes=15)


@dataclass(frozen=True)
class SignInRequested:
    """When the link stops working, told whether or not one was mailed."""

    expires_at: datetime


async def request_sign_in(*, email: str) -> SignInRequested:
    """Have a single-use link mailed to a user. Answers the same for an unknown address. Raises InvalidInput."""
    inputs = Inputs()
    address = inputs.email("email", email)
    inputs.refuse_bad()
    async with transaction():
        if user := await user_by_email(address):
            await record_for_user(user, EventType.SIGN_IN_REQUESTED)
    return SignInRequested(now() + SIGN_IN_LINK_LIFETIME)
