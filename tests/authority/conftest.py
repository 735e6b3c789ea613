"""The world of this folder, made once: whoever changes it puts it back."""

from collections.abc import AsyncIterator

import pytest

from models.events.seat_feed import Feed
from tests.authority.rows import put_back, read_all_rows
from tests.authority.world import World, making_the_world


@pytest.fixture(scope="package")
async def world(server_url: str, feed: Feed) -> AsyncIterator[World]:
    """Two accounts with a past, and everybody who calls, for tests that change nothing."""
    async with making_the_world(server_url) as made:
        yield made


@pytest.fixture
async def changing_world(world: World) -> AsyncIterator[World]:
    """The same for tests that change it; afterwards it is as it was."""
    yield world
    if await read_all_rows() != world.rows:
        await put_back(world.rows)
        assert await read_all_rows() == world.rows
