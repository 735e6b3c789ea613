"""Asking for a sign-in link."""

from dataclasses import dataclass
from datetime import datetime

from models.access.anonymous_caller import AnonymousCaller
from models.access.credentials import SIGN_IN_LINK_LIFETIME
from models.database.clock import now
from models.errors import RateLimited
from models.events import commit_listeners
from models.limits.rate_limits import Allowance, spend, spend_from
from models.rules.inputs import Inputs
from models.tables import SignInRequest

# More than so many calls are abuse: filling a mailbox, or guessing the addresses of users.
LINKS_OF_AN_ADDRESS = Allowance("sign-in links of an address", 5, SIGN_IN_LINK_LIFETIME)


@dataclass(frozen=True)
class SignInRequested:
    """The expiry of the link, the same whether or not one was mailed."""

    expires_at: datetime


async def request_sign_in(*, email: str, caller: AnonymousCaller) -> SignInRequested:
    """Have a single-use link mailed to a user. Raises InvalidInput, RateLimited.

    Does and answers the same for every address: the relay looks up its user (`answer_sign_in_requests`).
    An address that was asked for five times in 15 minutes is answered the same once more, and nothing is mailed.
    Other addresses of its mailbox ("ann+1@") do not count: requests for those could lock the user out.
    """
    inputs = Inputs()
    address = inputs.email("email", email)
    inputs.refuse_bad()
    moment = now()
    await spend_from(Allowance("sign-in links of a caller", caller.sign_ins, SIGN_IN_LINK_LIFETIME), caller.networks)
    try:
        await spend(LINKS_OF_AN_ADDRESS, address.lower())
    except RateLimited:
        return SignInRequested(moment + SIGN_IN_LINK_LIFETIME)
    await SignInRequest.create(email=address, requested_at=moment)
    commit_listeners.publish(commit_listeners.NO_ACCOUNT)
    return SignInRequested(moment + SIGN_IN_LINK_LIFETIME)
