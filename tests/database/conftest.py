"""Fixtures of the tests of the database."""

import pytest

from tests.support.history import History, empty_database, make_history


@pytest.fixture(scope="module")
async def history(pool: None) -> History:
    """One rich past for all tests of a file, which must leave it as it is."""
    await empty_database()
    return await make_history()
