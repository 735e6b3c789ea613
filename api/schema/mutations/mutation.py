"""The fields of Mutation."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

import strawberry
from strawberry.types.field import StrawberryField


def mutation(resolver: Callable[..., Awaitable[Any]]) -> StrawberryField:
    """Make a field of a resolver, described by its docstring.

    Its answer shows nothing that was loaded for a mutation before it in the same document.
    """

    @wraps(resolver)
    async def resolve(**given: Any) -> Any:
        given["info"].context.clear_loaders()
        return await resolver(**given)

    return strawberry.mutation(resolver=resolve, description=" ".join((resolver.__doc__ or "").split()))
