"""To the user that asked for it: a link to sign in."""

from mailers.notice import Notice
from models.access.credentials import SIGN_IN_LINK_LIFETIME
from models.limits.rate_limits import Allowance, spend
from models.text.mailboxes import mailbox_of

# A stranger may open accounts with addresses of one mailbox ("ann+1@"), and ask for links of each. Proven accounts
# have the limit of their address alone, which requests for other addresses do not use up.
LINKS_OF_A_MAILBOX = Allowance("unproven sign-in links of a mailbox", 10, SIGN_IN_LINK_LIFETIME)


async def sign_in_requested(notice: Notice) -> dict[str, object]:
    """The facts of the mail. Raises Obsolete, and RateLimited where a mailbox has been sent enough for now."""
    facts = await notice.sign_in_link()
    if notice.account.confirmed_at is None:
        await spend(LINKS_OF_A_MAILBOX, mailbox_of(notice.recipient.email))
    return facts
