"""Doing for many at once what each of them asks for."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from engine.breadth_first.shared_task import wait_for_shared

Result = TypeVar("Result")


class Rounds(Generic[Result]):
    """Runs work for all who ask before it begins; who asks later waits for the next round, so that nobody is given
    what was read before they asked.
    """

    def __init__(self, work: Callable[[], Awaitable[Result]]) -> None:
        self._work = work
        self._running: asyncio.Future[Result] | None = None
        self._next: asyncio.Future[Result] | None = None

    async def result(self) -> Result:
        """The result of the next round."""
        if self._next is None:
            self._next = asyncio.ensure_future(self._run_after(self._running))
        return await wait_for_shared(self._next)

    async def _run_after(self, running: "asyncio.Future[Result] | None") -> Result:
        if running is not None:
            await asyncio.wait([running])
        self._running, self._next = self._next, None
        return await self._work()
