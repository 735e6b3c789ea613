"""The clients that call."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from tests.support.signed_in import admin, other_admin, standard

__all__ = ["admin", "http", "other_admin", "standard"]


@pytest.fixture
async def http(server_url: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A plain HTTP client of the server, with no header of its own that matters."""
    async with httpx2.AsyncClient(base_url=server_url, timeout=30) as client:
        yield client
