"""To the user: another package from now on, activation kept."""

from mailers.notice import Notice


async def license_changed(notice: Notice) -> dict[str, object]:
    """The facts of the mail."""
    return {
        **await notice.package_facts(),
        "from_package": await notice.package_name("from_package_id"),
        "by": await notice.actor_name(),
    }
