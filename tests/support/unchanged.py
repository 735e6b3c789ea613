"""Proof that nothing happened."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

from models.database.connection import fetch

# That a key was used is written when it calls, twice a minute, also where the call itself is refused: nothing that
# the product does follows from it. Tests that are about it read the column.
NOTED = {"api_key_secrets": "last_used_at"}


async def tables() -> list[str]:
    """The tables that hold what the product knows."""
    rows = await fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename !~ 'migration'")
    return [row["tablename"] for row in rows]


def row_of(table: str) -> str:
    """The SQL of a row `t` as text, without what is only noted in it."""
    return f"(to_jsonb(t) - '{NOTED[table]}')::text" if table in NOTED else "to_jsonb(t)::text"


async def snapshot(besides: Collection[str] = ()) -> dict[str, str]:
    """A digest of every row of every table."""
    digests: dict[str, str] = {}
    for table in await tables():
        if table not in besides:
            row = row_of(table)
            rows = await fetch(f"SELECT md5(string_agg({row}, '|' ORDER BY {row})) AS digest FROM {table} AS t")
            digests[table] = rows[0]["digest"] or ""
    return digests


@asynccontextmanager
async def nothing_changes(*besides: str) -> AsyncIterator[None]:
    """Fail unless every table is the same after the block as before it, but for those named."""
    before = await snapshot(besides)
    yield
    assert await snapshot(besides) == before
