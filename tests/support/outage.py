"""A database that cannot be reached for a while."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from asyncpg import Pool
from tortoise import connections

import models.database.connecting
from models.database.connection import fetch


@asynccontextmanager
async def outage() -> AsyncIterator[None]:
    """Every connection of the pool is gone, and none can be made, while the block runs."""
    pool: Pool = connections.get("default")._pool  # pyright: ignore[reportAttributeAccessIssue]
    connect, models.database.connecting._connect = models.database.connecting._connect, _refused
    await pool.expire_connections()
    try:
        yield
    finally:
        models.database.connecting._connect = connect
    assert await fetch("SELECT 1 AS one") == [{"one": 1}]


async def _refused(*_: Any) -> Any:
    raise ConnectionRefusedError("the database is away")
