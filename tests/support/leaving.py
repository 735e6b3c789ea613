"""Proof that those who left have left nothing behind."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tortoise import connections

from models.database.connection import fetch
from models.events.seat_feed import Feed
from tests.support.waiting import until


def pool_is_idle() -> bool:
    """Whether every connection of the pool is back in it."""
    pool: Any = connections.get("default")._pool  # pyright: ignore[reportAttributeAccessIssue]
    return pool.get_idle_size() == pool.get_size()


@asynccontextmanager
async def nothing_stays(feed: Feed) -> AsyncIterator[None]:
    """Fail unless every task, follower and connection that the block led to is gone soon after it."""
    await until(lambda: pool_is_idle() and not feed._watched)
    before = asyncio.all_tasks()
    yield
    await until(lambda: not feed._watched)
    await until(pool_is_idle)
    await until(lambda: asyncio.all_tasks() - {asyncio.current_task()} <= before)
    assert await fetch("SELECT 1 AS one") == [{"one": 1}]
