"""Subscribers who ask for the same share executions; who asks for something else, or as somebody else, does not."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import pytest

from models.events import commit_listeners
from models.permissions import Permission
from tests.support.api_keys import make_key
from tests.support.client import Client, Live
from tests.support.company import Company
from tests.support.counted import counted
from tests.support.recorded import account_version
from tests.support.seats_feed import SEATS, commit_elsewhere, next_update, recorded_updates
from tests.support.streams import streamed
from tests.support.waiting import COMES_WITHIN

RUN, SENT = "usher_seat_executions_total", "usher_seat_messages_total"
# Each is asked in its own way.
ALIASED = (
    "subscription Named($after: String, $codes: Boolean!) { moved: seatCountsChanged(after: $after) { ...Rest"
    " at: version pools { left: available package @include(if: $codes) { name key: code } } } }"
    " fragment Rest on SeatCountsChange { __typename snapshot }"
)


async def opened(stack: AsyncExitStack, client: Client, query: str, id: str = "1", **variables: Any) -> Live:
    """A socket that follows."""
    live = await stack.enter_async_context(client.live())
    await live.subscribe(query, id=id, **variables)
    return live


async def test_one_execution_of_a_change_serves_all_who_ask_the_same(admin: Client, company: Company) -> None:
    await company.buy(PRO=1)
    version = await account_version(company.account_id)
    ids = ["1", "1", "é", '"', "\\", "\x00", "x" * 200, "x" * 70_000, ""]
    async with AsyncExitStack() as stack:
        sockets = [await opened(stack, admin, SEATS, id) for id in ids]
        for live, id in zip(sockets, ids, strict=True):
            assert (await live.receive())["id"] == id
        with counted(RUN, SENT) as added:
            await company.assign(company.users[0], "PRO")
            told = [await live.receive() for live in sockets]
    assert added == {RUN: 1, SENT: len(ids)}
    assert [message["id"] for message in told] == ids
    assert {message["type"] for message in told} == {"next"}
    assert [message["payload"]["data"]["seatCountsChanged"]["version"] for message in told] == [str(version + 1)] * 9


async def test_two_operations_of_one_socket_share_as_well(admin: Client, company: Company) -> None:
    async with admin.live() as live:
        for id in ("a", "b"):
            await live.subscribe(SEATS, id=id)
            assert (await live.receive())["id"] == id
        with counted(RUN, SENT) as added:
            await company.buy(PRO=1)
            assert {(await live.receive())["id"] for _ in "ab"} == {"a", "b"}
        assert added == {RUN: 1, SENT: 2}
        await live.send(type="complete", id="a")
        await live.send(type="ping")
        assert (await live.receive())["type"] == "pong"
        await company.buy(PRO=1)
        assert (await live.receive())["id"] == "b"


async def test_where_somebody_begins_does_not_part_them(admin: Client, company: Company) -> None:
    begin = await account_version(company.account_id)
    await company.buy(PRO=1)
    async with AsyncExitStack() as stack:
        sockets = [
            await opened(stack, admin, SEATS, after=after) for after in (None, "0", str(begin), str(begin + 3))
        ]
        for live in sockets[:3]:
            assert (await next_update(live))[0] == begin + 3
        with counted(RUN) as added:
            await company.assign(company.users[0], "PRO")
            told = [await next_update(live) for live in sockets]
    assert (told, added) == ([(begin + 4, False, {"PRO": (1, 1, 0)})] * 4, {RUN: 1})


async def test_another_document_other_variables_and_other_rights_are_executed_apart(
    admin: Client, company: Company
) -> None:
    key = admin.signed_in((await make_key(admin, Permission.VIEW_INVENTORY)).secret)
    asked = [
        (admin, SEATS, {}),
        (admin, f" {SEATS}", {}),
        (key, SEATS, {}),
        (admin, ALIASED, {"codes": True}),
        (admin, ALIASED, {"codes": False}),
        # These do not tell anybody apart.
        (admin, SEATS, {"after": None}),
        (admin, SEATS, {"unknown": 1}),
        (key, SEATS, {}),
    ]
    async with AsyncExitStack() as stack:
        sockets = [await opened(stack, client, query, **variables) for client, query, variables in asked]
        for live in sockets:
            await live.next()
        with counted(RUN, SENT) as added:
            await company.buy(PRO=1)
            for live in sockets:
                await live.next()
    assert added == {RUN: 5, SENT: 8}


@pytest.mark.parametrize("codes", [True, False])
async def test_what_is_shared_is_what_a_stream_of_one_s_own_brings(
    admin: Client, company: Company, codes: bool
) -> None:
    async with admin.live() as one, admin.live() as other, streamed(admin, ALIASED, codes=codes) as alone:
        for live in (one, other):
            await live.subscribe(ALIASED, codes=codes)
        snapshots = [(await live.receive())["payload"] for live in (one, other)]
        assert snapshots == [await alone.next()] * 2
        await company.buy(PRO=2)
        changes = [(await live.receive())["payload"] for live in (one, other)]
        assert changes == [await alone.next()] * 2
    package = {"name": company.packages["PRO"].name, "key": "PRO"}
    moved = changes[0]["data"]["moved"]
    assert (moved["__typename"], moved["snapshot"]) == ("SeatCountsChange", False)
    assert moved["pools"] == [{"left": 2} | ({"package": package} if codes else {})]


async def test_other_accounts_hear_nothing(
    admin: Client, other_admin: Client, company: Company, other_company: Company
) -> None:
    async with admin.live() as live, other_admin.live() as stranger:
        for each in (live, stranger):
            await each.subscribe(SEATS)
            await next_update(each)
        await company.buy(PRO=1)
        await next_update(live)
        await other_company.buy(ECO=2)
        assert (await next_update(stranger))[1:] == (False, {"ECO": (2, 0, 0)})


async def test_who_comes_and_goes_in_the_middle_of_changes_misses_none_and_hears_none_twice(
    admin: Client, company: Company
) -> None:
    """Followers join those who are told at every stage of a change being told."""
    package = company.packages["PRO"].id
    begin = await account_version(company.account_id)
    end = begin + 120

    async def follow(number: int) -> None:
        seen: int | None = begin if number % 3 else None
        heard: list[Any] = []
        snapshots = 0
        while seen is None or seen < end:
            async with admin.live() as live:
                await live.subscribe(SEATS, after=None if seen is None else str(seen))
                for _ in range(5 + number * 3):
                    update = await next_update(live)
                    assert seen is None or update[0] == seen + 1
                    snapshots += update[1]
                    heard += [] if update[1] else [update]
                    seen = update[0]
                    if seen == end:
                        break
        assert snapshots == (0 if number % 3 else 1)
        assert heard == await recorded_updates(company, end - len(heard))

    async def change() -> None:
        for seats in range(1, 121):
            await commit_elsewhere(company.account_id, package, [seats])
            commit_listeners.publish(company.account_id)
            for _ in range(seats % 7):
                await asyncio.sleep(0)

    async with asyncio.timeout(3 * COMES_WITHIN):
        await asyncio.gather(change(), *(follow(number) for number in range(12)))


async def test_who_has_seen_less_than_a_snapshot_of_the_others_joins_them_where_no_seat_moved(
    admin: Client, company: Company
) -> None:
    await company.buy(PRO=1)
    version = await account_version(company.account_id)
    await company.add_user("Dora")
    async with admin.live() as live, admin.live() as late:
        await live.subscribe(SEATS)
        assert (await next_update(live))[0] == version + 1
        await late.subscribe(SEATS, after=str(version))
        await late.send(type="ping")
        assert (await late.receive())["type"] == "pong"
        await company.assign(company.users[0], "PRO")
        for each in (live, late):
            assert await next_update(each) == (version + 2, False, {"PRO": (1, 1, 0)})
