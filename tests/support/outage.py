"""A database that cannot be reached for a while."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from asyncpg import Pool
from tortoise import connections

from models.database import fetch, tortoise_config


@asynccontextmanager
async def outage(database_url: str) -> AsyncIterator[None]:
    """Every connection of the pool is gone, and none can be made, while the block runs."""
    pool: Pool = connections.get("default")._pool  # pyright: ignore[reportAttributeAccessIssue]
    config: dict[str, Any] = tortoise_config(database_url)["connections"]["default"]["credentials"]
    arguments = {
        name: value for name, value in config.items() if name not in {"minsize", "maxsize", "connection_class"}
    }
    pool.set_connect_args(**(arguments | {"host": "/nowhere"}))
    await pool.expire_connections()
    try:
        yield
    finally:
        pool.set_connect_args(**arguments)
    assert await fetch("SELECT 1 AS one") == [{"one": 1}]
