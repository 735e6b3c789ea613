"""A past, and those who call."""

import gc
from collections.abc import AsyncIterator

import httpx2
import pytest

from api.limits import Limits
from api.pages.portal import Portal
from models.events.seat_feed import Feed
from payments import make_provider
from tests.conftest import INSTALL_URL, ROOT
from tests.fuzz.callers import Callers
from tests.fuzz.known import Known, known_of
from tests.fuzz.running import no_complaints
from tests.support.history import make_history
from tests.support.recorded import broken_invariants
from tests.support.serving import serving

# Thousands of calls in a minute, all from one address and by two sessions.
LIMITS = Limits(cost_per_minute=10**8, anonymous_cost_per_minute=10**8)


@pytest.fixture(scope="session")
async def server_url(pool: None, feed: Feed) -> AsyncIterator[str]:
    """The address of a server whose budgets no test uses up."""
    portal = Portal(ROOT / "portal" / "dist", INSTALL_URL, "sandbox")
    async with serving(make_provider("sandbox"), feed, "", LIMITS, portal=portal) as client:
        yield client.url


@pytest.fixture
async def known(db: None) -> Known:
    """Two accounts in which everything has happened, and what can be known of them."""
    return await known_of(await make_history())


@pytest.fixture
async def callers(known: Known) -> Callers:
    """Nobody, a standard user, and an administrator."""
    return Callers(known)


@pytest.fixture
async def http(server_url: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A plain HTTP client."""
    async with httpx2.AsyncClient(base_url=server_url, timeout=60) as client:
        yield client


@pytest.fixture
async def nothing_breaks(server_url: str, known: Known) -> AsyncIterator[None]:
    """Fail when the server logs what it did not foresee, or when the database is not right afterwards."""
    async with no_complaints():
        yield
        gc.collect()
    assert await broken_invariants() == {}
