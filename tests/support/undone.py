"""Transactions that are never kept."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from models.database.connection import execute_many, fetch, transaction


class Undone(Exception):
    """Ends a transaction that is not to be kept."""


@asynccontextmanager
async def undone() -> AsyncIterator[None]:
    """Run the block in a transaction that is undone at its end."""
    try:
        async with transaction():
            yield
            raise Undone
    except Undone:
        pass


async def try_out(*statements: str) -> None:
    """Send statements in one transaction, have every deferred rule checked, and undo it all."""
    async with undone():
        for statement in statements:
            await execute_many(statement, [()])
        await fetch("SET CONSTRAINTS ALL IMMEDIATE")
