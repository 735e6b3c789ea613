"""Work that several parts of a document wait for."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

Result = TypeVar("Result")


def wait_for_shared(work: Awaitable[Result]) -> "asyncio.Future[Result]":
    """What to await in place of the work itself.

    Where one field is refused, GraphQL cancels those beside it: that must not cancel what others wait for. Where
    nobody is left, that the work failed is nobody's concern.
    """
    future = asyncio.ensure_future(work)
    future.add_done_callback(_look)
    return asyncio.shield(future)


def _look(work: "asyncio.Future[Result]") -> None:
    # asyncio logs a failure that nobody has looked at.
    if not work.cancelled():
        work.exception()
