"""Waiting for what ends by itself and tells nobody."""

import asyncio
from collections.abc import Awaitable, Callable

COMES_WITHIN = 20.0


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds; fails when it does not come to."""
    async with asyncio.timeout(COMES_WITHIN):
        while not holds():  # noqa: ASYNC110 - nothing tells when it does
            await asyncio.sleep(0.01)


async def until_told(holds: Callable[[], Awaitable[bool]]) -> None:
    """As `until`, for what must be asked for, of the database for one."""
    async with asyncio.timeout(COMES_WITHIN):
        while not await holds():  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.02)
