"""Single flight: concurrent callers share one run."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from engine.breadth_first.shared_task import shielded

Result = TypeVar("Result")


class SingleFlight(Generic[Result]):
    """Runs work once for all callers that come before it begins.

    A call made during a run waits for the next one, so no caller gets a result that was read before the call.
    """

    def __init__(self, work: Callable[[], Awaitable[Result]]) -> None:
        self._work = work
        self._running: asyncio.Future[Result] | None = None
        self._next: asyncio.Future[Result] | None = None

    async def result(self) -> Result:
        """The result of the next run."""
        if self._next is None:
            self._next = asyncio.ensure_future(self._run_after(self._running))
        return await shielded(self._next)

    async def _run_after(self, running: "asyncio.Future[Result] | None") -> Result:
        if running is not None:
            await asyncio.wait([running])
        self._running, self._next = self._next, None
        return await self._work()
