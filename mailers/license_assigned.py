"""To the user: the package, the actor, how to install it, and a link to activate."""

from mailers.notice import Notice


async def license_assigned(notice: Notice) -> dict[str, object]:
    """The facts of the mail."""
    return {
        **await notice.package_facts(),
        **await notice.activation_link(),
        "by": await notice.actor_name(),
    }
