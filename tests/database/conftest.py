"""Fixtures of the tests of the database."""

from collections.abc import AsyncIterator

import pytest

from tests.support.history import History, empty_database, make_history


@pytest.fixture(scope="module")
async def history(pool: None) -> AsyncIterator[History]:
    """One rich past for all tests of a file, which must leave it as it is."""
    await empty_database()
    yield await make_history()
