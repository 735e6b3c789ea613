"""Mutations that look by themselves who calls, in the statement that does it. See docs/adr/0020."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, TypeVar

from models.access.viewer import ViewerChanged
from models.errors import BusinessError

Resolver = TypeVar("Resolver", bound=Callable[..., Awaitable[Any]])


def revalidates_viewer(*found: type[BusinessError]) -> Callable[[Resolver], Resolver]:
    """A mutation that does nothing, and raises ViewerChanged, unless the viewer is who they were seen as.

    So they may have been seen a moment ago, by an earlier request. `found` are the refusals that it comes to when it
    has looked. Who is refused anything else is looked up first: they may be told something else, or nothing at all.
    """

    def looking(resolver: Resolver) -> Resolver:
        @wraps(resolver)
        async def resolve(**given: Any) -> Any:
            context = given["info"].context
            while True:
                try:
                    return await resolver(**given)
                except found:
                    raise
                except ViewerChanged:
                    pass
                except BusinessError:
                    if context.recent_credential is None:
                        raise
                await context.revalidate()

        resolve.revalidates_viewer = True  # pyright: ignore[reportAttributeAccessIssue]
        return resolve  # pyright: ignore[reportReturnType]

    return looking


def does_revalidate_viewer(resolver: object) -> bool:
    """Whether that is said of a resolver."""
    return getattr(resolver, "revalidates_viewer", False)
