"""The limits of a session: the role's, or asked for when connecting; a pooler that loses them is told of."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

import models.database.session_limits
from models.database.connecting import CannotConnect, connect_to_database
from models.database.database_url import DatabaseUrl
from models.database.session_limits import LIMITS, LimitsNotSet, limits_to_send, set_limits
from tests.support.databases import new_database
from tests.support.limits_shown import LIMITS_SHOWN


@pytest.fixture
async def url(database_url: str) -> AsyncIterator[DatabaseUrl]:
    """An empty database, whose role has no limits there."""
    async with new_database(database_url) as empty:
        yield DatabaseUrl.parse(empty)


async def test_what_the_role_lacks_is_asked_for(url: DatabaseUrl) -> None:
    assert await limits_to_send(url) == LIMITS


async def test_where_the_role_has_all_limits_nothing_is_sent(url: DatabaseUrl) -> None:
    await give_limits(url)
    assert await limits_to_send(url) == {}
    connection = await connect_to_database(url)
    shown = {name: await connection.fetchval("SELECT current_setting($1)", name) for name in LIMITS}
    await connection.close()
    assert shown == LIMITS_SHOWN


async def test_limits_that_a_pooler_loses_are_told_with_what_sets_them(
    url: DatabaseUrl, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def losing(url: DatabaseUrl, **_: Any) -> asyncpg.Connection:
        return await connect_to_database(url)

    monkeypatch.setattr(models.database.session_limits, "connect_to_database", losing)
    with pytest.raises(LimitsNotSet, match=r"ALTER ROLE .* SET statement_timeout TO '30000'"):
        await limits_to_send(url)
    await give_limits(url)
    assert await limits_to_send(url) == {}


async def test_limits_that_a_pooler_refuses_are_told_as_well(
    url: DatabaseUrl, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refusing(url: DatabaseUrl, server_settings: dict[str, str]) -> asyncpg.Connection:
        if server_settings:
            error = asyncpg.ProtocolViolationError("unsupported startup parameter: statement_timeout")
            raise CannotConnect(str(error)) from error
        return await connect_to_database(url)

    monkeypatch.setattr(models.database.session_limits, "connect_to_database", refusing)
    with pytest.raises(LimitsNotSet):
        await limits_to_send(url)


async def give_limits(url: DatabaseUrl) -> None:
    """Give the role its limits, as `usher migrate` does."""
    connection = await connect_to_database(url)
    await set_limits(connection)
    await connection.close()
