"""Fixtures of the tests of the command."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from tests.support.databases import new_database
from tests.support.processes import Finished, usher

Run = Callable[..., Awaitable[Finished]]


@pytest.fixture
def run(database_url: str, tmp_path: Path) -> Run:
    """Run the command to its end in an empty folder, on the tests' database unless another, or None, is named."""

    async def run_one(*arguments: str, **settings: str | None) -> Finished:
        named = {"DATABASE_URL": database_url} | settings
        return await usher(
            *arguments, folder=tmp_path, **{name: value for name, value in named.items() if value is not None}
        )

    return run_one


@pytest.fixture
async def empty_url(database_url: str) -> AsyncIterator[str]:
    """A database with nothing in it."""
    async with new_database(database_url) as url:
        yield url
