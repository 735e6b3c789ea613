"""Counting what a request costs in the database."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from asyncpg import Connection

# Everything that sends a statement goes through one of these, on connections of the pool as well.
METHODS = ("fetch", "fetchrow", "fetchval", "execute", "executemany")


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements that this process sends while the block runs, the server's own included."""
    seen: list[str] = []
    originals = {name: getattr(Connection, name) for name in METHODS}
    for name, original in originals.items():
        setattr(Connection, name, _noting(original, seen))
    try:
        yield seen
    finally:
        for name, original in originals.items():
            setattr(Connection, name, original)


def _noting(original: Callable[..., Awaitable[Any]], seen: list[str]) -> Callable[..., Awaitable[Any]]:
    async def method(self: Connection, query: str, *args: Any, **options: Any) -> Any:
        seen.append(" ".join(query.split()))
        return await original(self, query, *args, **options)

    return method
