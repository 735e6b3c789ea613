"""Mutations that stand alone, also beside others in one document."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, TypeVar

Resolver = TypeVar("Resolver", bound=Callable[..., Awaitable[Any]])


def alone(resolver: Resolver) -> Resolver:
    """A mutation whose answer shows nothing that was read for the one before it: it has changed that, maybe."""

    @wraps(resolver)
    async def resolve(**given: Any) -> Any:
        given["info"].context.clear_loaders()
        return await resolver(**given)

    return resolve  # pyright: ignore[reportReturnType]
