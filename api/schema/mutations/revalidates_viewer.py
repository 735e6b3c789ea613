"""Mutations whose SQL checks the viewer's credential again, so that the viewer may be cached. See docs/adr/0015."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, TypeVar

from models.access.viewer import ViewerChanged
from models.errors import BusinessError

Resolver = TypeVar("Resolver", bound=Callable[..., Awaitable[Any]])


def revalidates_viewer(*found: type[BusinessError]) -> Callable[[Resolver], Resolver]:
    """Run the mutation with a cached viewer; it raises ViewerChanged where the credential or its rights have changed.

    Then the viewer is authenticated and the mutation called once more. `found` are the refusals that follow from the
    same statement. After any other refusal a cached viewer is authenticated as well, as it may be refused otherwise.
    """

    def decorate(resolver: Resolver) -> Resolver:
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

    return decorate


def does_revalidate_viewer(resolver: object) -> bool:
    """Whether a resolver is decorated by `revalidates_viewer`."""
    return getattr(resolver, "revalidates_viewer", False)
