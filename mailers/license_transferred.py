"""To both people of a transfer."""

from mailers.notice import Notice


async def license_transferred_from(notice: Notice) -> dict[str, object]:
    """The facts of the mail to the former holder."""
    return {
        "package": await notice.package_name(),
        "by": await notice.actor_name(),
        "to_name": await notice.user_name("user_id"),
    }


async def license_transferred_to(notice: Notice) -> dict[str, object]:
    """The facts of the mail to the new holder, who activates anew."""
    return {
        **await notice.package_facts(),
        **await notice.activation_link(),
        "by": await notice.actor_name(),
        "from_name": await notice.user_name("from_user_id"),
    }
