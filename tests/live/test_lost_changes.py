"""Changes that were told and are lost, as after a failover to a standby that did not have them."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from models.database.connection import fetch
from models.database.ids import new_id
from models.errors import CredentialProblem, Unauthenticated
from models.events import commit_listeners
from models.events.seat_feed import Feed, SeatUpdate
from tests.support.client import Client
from tests.support.company import Company
from tests.support.seats_feed import SEATS, Update, commit_elsewhere, next_update, update_from
from tests.support.waiting import COMES_WITHIN


async def commit(company: Company, *seats: int) -> int:
    """Have another process commit purchases, unannounced; returns the account's version."""
    return await commit_elsewhere(company.account_id, company.packages["PRO"].id, list(seats))


async def told(company: Company, updates: AsyncGenerator[SeatUpdate | None, None]) -> Update:
    """The next update of a feed, in short."""
    update = await asyncio.wait_for(anext(updates), COMES_WITHIN)
    assert update is not None
    return update_from(company, update)


async def replace_event(company: Company, version: int) -> None:
    """Have another event stand at a version, as where the change was lost and others were made since."""
    await fetch(
        "UPDATE events SET id = $3 WHERE account_id = $1 AND version = $2", company.account_id, version, new_id()
    )


async def test_followers_get_a_snapshot_and_go_on_from_there(admin: Client, company: Company, feed: Feed) -> None:
    async with (
        admin.live() as live,
        admin.live() as other,
        aclosing(feed.follow(company.account_id, None)) as updates,
    ):
        for each in (live, other):
            await each.subscribe(SEATS)
            await next_update(each)
        assert (await told(company, updates))[1]
        version = await commit(company, 1, 2)
        commit_listeners.publish(company.account_id)
        for seats in (1, 2):
            expected = (version - 2 + seats, False, {"PRO": (seats, 0, 0)})
            assert [await next_update(live), await next_update(other)] == [expected] * 2
            assert await told(company, updates) == expected

        await replace_event(company, version)
        commit_listeners.publish(company.account_id)

        expected = (version, True, {"ECO": (0, 0, 0), "ADVANCED": (0, 0, 0), "PRO": (2, 0, 0)})
        assert [await next_update(live), await next_update(other)] == [expected] * 2
        assert await told(company, updates) == expected
        await commit(company, 5)
        commit_listeners.publish(company.account_id)
        expected = (version + 1, False, {"PRO": (5, 0, 0)})
        assert [await next_update(live), await next_update(other)] == [expected] * 2
        assert await told(company, updates) == expected


async def test_lost_changes_are_found_without_a_notice(admin: Client, company: Company) -> None:
    async with admin.live() as live:
        await live.subscribe(SEATS)
        await next_update(live)
        version = await commit(company, 3)
        commit_listeners.publish(company.account_id)
        await next_update(live)
        await replace_event(company, version)
        assert (await next_update(live))[:2] == (version, True)


async def test_versions_that_went_back_are_told_as_well(admin: Client, company: Company) -> None:
    async with admin.live() as live:
        await live.subscribe(SEATS)
        await next_update(live)
        version = await commit(company, 3, 4)
        commit_listeners.publish(company.account_id)
        await next_update(live)
        await next_update(live)
        await fetch(
            """
            WITH lost AS (DELETE FROM events WHERE account_id = $1 AND version = $2),
                 pool AS (UPDATE seat_pools SET purchased = 3 WHERE account_id = $1)
            UPDATE accounts SET version = $2 - 1 WHERE id = $1
            """,
            company.account_id,
            version,
        )
        update = await next_update(live)
        assert (update[0], update[1], update[2]["PRO"]) == (version - 1, True, (3, 0, 0))


async def test_an_account_that_is_lost_has_no_followers(company: Company) -> None:
    nowhere = new_id()
    with pytest.raises(Unauthenticated) as refused:
        await anext(Feed().follow(nowhere, None))
    assert refused.value.reason is CredentialProblem.UNKNOWN
