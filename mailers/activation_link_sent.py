"""To the holder: a fresh activation link; earlier ones are dead."""

from mailers.notice import Notice


async def activation_link_sent(notice: Notice) -> dict[str, object]:
    """The facts of the mail."""
    return {
        "package": await notice.package_name(),
        "by": await notice.actor_name(),
        **await notice.activation_link(),
    }
