"""Proof that nothing happened."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

from models.database import fetch


async def tables() -> list[str]:
    """The tables that hold what the product knows."""
    rows = await fetch(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'tortoise_migrations'"
    )
    return [row["tablename"] for row in rows]


async def snapshot(besides: Collection[str] = ()) -> dict[str, str]:
    """A digest of every row of every table."""
    digests: dict[str, str] = {}
    for table in await tables():
        if table not in besides:
            rows = await fetch(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) AS digest FROM {table} AS t")
            digests[table] = rows[0]["digest"] or ""
    return digests


@asynccontextmanager
async def nothing_changes(*besides: str) -> AsyncIterator[None]:
    """Fail unless every table is the same after the block as before it, but for those named."""
    before = await snapshot(besides)
    yield
    assert await snapshot(besides) == before
