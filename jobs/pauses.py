"""The pauses of the relay, which a wake-up ends, and periodic work."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime, timedelta

LOOK_EVERY = timedelta(seconds=1)


async def rest(woken: asyncio.Event, stopping: "asyncio.Task[bool]") -> None:
    """Wait for a second, or until the event is set or the task has ended."""
    waking = asyncio.create_task(woken.wait())
    try:
        await asyncio.wait(
            {waking, stopping}, timeout=LOOK_EVERY.total_seconds(), return_when=asyncio.FIRST_COMPLETED
        )
    finally:
        waking.cancel()


@dataclass
class Periodic:
    """Work that is due at the start and then `every` so long; at once again after a run that did `full` many."""

    every: timedelta
    full: int
    _next: datetime | None = None

    def is_due(self, moment: datetime) -> bool:
        """Whether it is due now."""
        return self._next is None or self._next <= moment

    async def done(self, work: Awaitable[int], moment: datetime) -> None:
        """Run it. A failed run is repeated when it is due again."""
        self._next = moment + self.every
        if await work >= self.full:
            self._next = moment
