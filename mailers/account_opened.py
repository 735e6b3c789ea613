"""To the first administrator: the account is open, and a link to sign in."""

from mailers.notice import Notice


async def account_opened(notice: Notice) -> dict[str, object]:
    """The facts of the mail."""
    return await notice.sign_in_link()
