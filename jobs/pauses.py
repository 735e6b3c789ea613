"""The times at which the relay works: rests that a wake-up ends, and work that is due now and then."""

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
    """Work that is due at first and then `every` so long; at once again after a run that did as many as `full`."""

    every: timedelta
    full: int
    _next: datetime | None = None

    def is_due(self, moment: datetime) -> bool:
        """Whether it is to be done now."""
        return self._next is None or self._next <= moment

    async def done(self, work: Awaitable[int], moment: datetime) -> None:
        """Do it. A run that fails is repeated when it is due again."""
        self._next = moment + self.every
        if await work >= self.full:
            self._next = moment
