"""seatCountsChanged(after:): going on from the version last seen."""

import pytest

from models.events import commit_listeners
from tests.support.client import Client
from tests.support.company import Company
from tests.support.recorded import account_version
from tests.support.seats_feed import (
    NOTHING_BOUGHT,
    SEATS,
    commit_elsewhere,
    failed,
    next_update,
    recorded_updates,
    updates,
)


async def commit(company: Company, count: int) -> int:
    """Have another process commit so many changes, PRO=1, PRO=2 and so on; returns the version after them."""
    seats = list(range(1, count + 1))
    return await commit_elsewhere(company.account_id, company.packages["PRO"].id, seats)


async def test_exactly_what_was_missed_comes_then_what_happens(admin: Client, company: Company) -> None:
    await company.buy(PRO=3)
    async with admin.live() as live:
        await live.subscribe(SEATS)
        seen, _, _ = await next_update(live)
    for user in company.users:
        await company.assign(user, "PRO")
    async with admin.live() as live:
        await live.subscribe(SEATS, after=str(seen))
        missed = [(seen + number, False, {"PRO": (3, number, 0)}) for number in (1, 2, 3)]
        assert await updates(live, 3) == missed
        await company.buy(ECO=1)
        assert await next_update(live) == (seen + 6, False, {"ECO": (1, 0, 0)})


async def test_who_missed_nothing_hears_only_what_happens(admin: Client, company: Company) -> None:
    await company.buy(PRO=1)
    version = await account_version(company.account_id)
    async with admin.live() as live:
        await live.subscribe(SEATS, after=str(version))
        await company.assign(company.users[0], "PRO")
        assert await next_update(live) == (version + 1, False, {"PRO": (1, 1, 0)})


async def test_a_version_that_moved_no_seat_is_a_place_to_go_on_from(admin: Client, company: Company) -> None:
    await company.buy(PRO=1)
    await company.add_user("Dora")
    version = await account_version(company.account_id)
    await company.assign(company.users[0], "PRO")
    async with admin.live() as live:
        await live.subscribe(SEATS, after=str(version))
        assert await next_update(live) == (version + 1, False, {"PRO": (1, 1, 0)})


async def test_from_the_beginning_every_change_ever_comes(admin: Client, company: Company) -> None:
    await company.buy(PRO=2)
    await company.assign(company.users[0], "PRO")
    await company.buy(ECO=1)
    everything = await recorded_updates(company, 0)
    assert [counts for _, _, counts in everything] == [{"PRO": (2, 0, 0)}, {"PRO": (2, 1, 0)}, {"ECO": (1, 0, 0)}]
    async with admin.live() as live:
        await live.subscribe(SEATS, after="0")
        assert await updates(live, 3) == everything


@pytest.mark.parametrize("watched", [False, True])
async def test_a_thousand_missed_changes_come_one_by_one(admin: Client, company: Company, watched: bool) -> None:
    seen = await account_version(company.account_id)
    async with admin.live() as other, admin.live() as live:
        if watched:
            await other.subscribe(SEATS)
            await next_update(other)
        await commit(company, 1000)
        commit_listeners.publish(company.account_id)
        await live.subscribe(SEATS, after=str(seen))
        missed = await updates(live, 1000)
        assert missed == [(seen + number, False, {"PRO": (number, 0, 0)}) for number in range(1, 1001)]
        if watched:
            assert await updates(other, 1000) == missed


@pytest.mark.parametrize("watched", [False, True])
async def test_who_missed_more_than_a_thousand_gets_a_snapshot(
    admin: Client, company: Company, watched: bool
) -> None:
    seen = await account_version(company.account_id)
    async with admin.live() as other, admin.live() as live:
        if watched:
            await other.subscribe(SEATS)
            await next_update(other)
        version = await commit(company, 1001)
        commit_listeners.publish(company.account_id)
        await live.subscribe(SEATS, after=str(seen))
        assert await next_update(live) == (version, True, NOTHING_BOUGHT | {"PRO": (1001, 0, 0)})
        await company.buy(PRO=1)
        assert await next_update(live) == (version + 3, False, {"PRO": (1002, 0, 0)})


async def test_a_version_from_the_future_gets_a_snapshot(admin: Client, company: Company) -> None:
    await company.buy(PRO=1)
    version = await account_version(company.account_id)
    for after in (str(version + 1), str(version + 1_000_000), "9" * 18):
        async with admin.live() as live:
            await live.subscribe(SEATS, after=after)
            assert await next_update(live) == (version, True, NOTHING_BOUGHT | {"PRO": (1, 0, 0)})
    async with admin.live() as live:
        await live.subscribe(SEATS, after="9" * 18)
        await next_update(live)
        await company.assign(company.users[0], "PRO")
        assert await next_update(live) == (version + 1, False, {"PRO": (1, 1, 0)})


async def test_garbage_ends_only_the_operation_it_came_with(admin: Client, company: Company) -> None:
    async with admin.live() as live:
        await live.subscribe(SEATS, id="good")
        version = int((await live.next())["seatCountsChanged"]["version"])
        for after in (
            "x",
            "",
            " 1",
            "1 ",
            "-1",
            "+1",
            "1.5",
            "1e3",
            "0x1",
            "1_000",
            "٣",
            "²",
            "1" * 19,
            "\x00",
            "1" * 10_000,
        ):
            await live.subscribe(SEATS, id="bad", after=after)
            assert await failed(live, "bad") == {
                "code": "INVALID_INPUT",
                "fields": [{"path": ["after"], "message": "A version as an earlier answer gave it."}],
            }, after
        await company.buy(PRO=1)
        message = await live.receive()
        assert (message["id"], message["type"]) == ("good", "next")
        assert message["payload"]["data"]["seatCountsChanged"]["version"] == str(version + 3)
