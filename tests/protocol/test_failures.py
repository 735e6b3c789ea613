"""What nobody foresaw: masked, with a reference that is in the log; and a database that is gone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from structlog.testing import capture_logs
from tortoise import connections

from api import query as query_module
from models import database
from tests.support.answers import codes
from tests.support.client import Client

NEW = "application/graphql-response+json"
SECRET = "secret detail of the inside"
PACKAGES = "{ packages { code } }"
UNAVAILABLE = "The service cannot answer at the moment. Try again in a few seconds."


async def broken_read() -> list[Any]:
    raise RuntimeError(SECRET)


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading the packages has a bug."""
    monkeypatch.setattr(query_module, "packages_on_sale", broken_read)


@asynccontextmanager
async def no_database(database_url: str) -> AsyncIterator[None]:
    """Every connection is gone and no new one can be made, while the block runs."""
    pool: Any = connections.get("default")._pool  # pyright: ignore[reportAttributeAccessIssue]
    await pool.expire_connections()
    original = pool._connect_kwargs
    raise NotImplementedError(original)
    yield
