"""Background work that lasts as long as a block."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

from models.database.outages import UNAVAILABLE


@asynccontextmanager
async def background_task(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run an endless coroutine as a task during the block; the task is cancelled and has ended when this returns."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def run_periodically(
    work: Callable[[], Awaitable[None]], every: Callable[[], float], log: Any, failed: str
) -> None:
    """Repeat work endlessly, each time after `every` seconds; a failure is logged as `failed`, an outage briefly."""
    while True:
        await asyncio.sleep(every())
        try:
            await work()
        except UNAVAILABLE as error:
            log.warning(failed, error=type(error).__name__)
        except Exception:
            log.warning(failed, exc_info=True)
