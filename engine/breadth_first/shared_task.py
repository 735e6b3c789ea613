"""Tasks that several resolvers await."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

Result = TypeVar("Result")


def shielded(work: Awaitable[Result]) -> "asyncio.Future[Result]":
    """A future to await in place of the work, which goes on when the waiter is cancelled.

    GraphQL cancels the fields beside a refused one, and other fields may await the same work. If every waiter was
    cancelled, a failure is not logged.
    """
    future = asyncio.ensure_future(work)
    future.add_done_callback(_retrieve_exception)
    return asyncio.shield(future)


def _retrieve_exception(work: "asyncio.Future[Result]") -> None:
    # asyncio logs an exception that was never retrieved.
    if not work.cancelled():
        work.exception()
