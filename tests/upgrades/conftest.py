"""Fixtures of the tests of upgrades."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.databases import new_database
from tests.support.processes import usher
from tests.usher.conftest import Run


@pytest.fixture
async def empty_url(database_url: str) -> AsyncIterator[str]:
    """A database with nothing in it."""
    async with new_database(database_url) as url:
        yield url


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the command to its end in an empty folder, e.g. `await run("migrate", DATABASE_URL=url)`."""

    async def run_one(*arguments: str, **settings: str) -> object:
        return await usher(*arguments, folder=tmp_path, **settings)

    return run_one
