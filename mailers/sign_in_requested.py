"""To who asked for it: a link to sign in."""

from mailers.notice import Notice


async def sign_in_requested(notice: Notice) -> dict[str, object]:
    """The facts of the mail."""
    return await notice.sign_in_link()
