"""To the user: the license is theirs no more."""

from mailers.notice import Notice


async def license_removed(notice: Notice) -> dict[str, object]:
    """The facts of the mail."""
    return {"package": await notice.package_name(), "by": await notice.actor_name()}
