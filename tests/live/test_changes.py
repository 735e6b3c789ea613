"""seatCountsChanged: a snapshot, then every change, in order, none missing, none twice."""

import asyncio

from models.operations.licensing.change_license import change_license
from models.operations.licensing.remove_license import remove_license
from models.operations.licensing.transfer_license import transfer_license
from models.tables import User
from tests.support.activation import activate
from tests.support.client import Client
from tests.support.company import Company
from tests.support.recorded import account_version
from tests.support.seats_feed import NOTHING_BOUGHT, SEATS, next_update, recorded_updates, updates


async def assign_and_remove(company: Company, user: User, times: int) -> None:
    for _ in range(times):
        license = await company.assign(user, "PRO")
        await remove_license(company.viewer, license_id=license.id)


async def test_the_snapshot_comes_first(admin: Client, company: Company) -> None:
    await company.buy(ECO=2, PRO=5)
    await activate(await company.assign(company.users[0], "PRO"))
    await company.assign(company.users[1], "PRO")
    version = await account_version(company.account_id)
    async with admin.live() as live:
        await live.subscribe(SEATS)
        counts = {"ECO": (2, 0, 0), "ADVANCED": (0, 0, 0), "PRO": (5, 2, 1)}
        assert await next_update(live) == (version, True, counts)


async def test_fifty_changes_at_once_arrive_in_order_none_missing_none_twice(admin: Client, company: Company) -> None:
    await company.buy(PRO=3)
    before = await account_version(company.account_id)
    async with admin.live() as live:
        await live.subscribe(SEATS)
        assert await next_update(live) == (before, True, NOTHING_BOUGHT | {"PRO": (3, 0, 0)})
        turns = zip(company.users, (9, 8, 8), strict=True)
        changes = asyncio.gather(*(assign_and_remove(company, user, times) for user, times in turns))
        seen = await updates(live, 50)
        await changes
        assert [version for version, _, _ in seen] == list(range(before + 1, before + 51))
        assert seen == await recorded_updates(company, before)
        assert seen[-1] == (before + 50, False, {"PRO": (3, 0, 0)})
        # Nothing came twice: the next message is the next change.
        await company.assign(company.users[0], "PRO")
        assert await next_update(live) == (before + 51, False, {"PRO": (3, 1, 0)})


async def test_every_kind_of_change_arrives_with_exact_counts(admin: Client, company: Company) -> None:
    ann, ben, cleo = company.users
    async with admin.live() as live:
        await live.subscribe(SEATS)
        start, snapshot, counts = await next_update(live)
        assert (snapshot, counts) == (True, NOTHING_BOUGHT)
        # Validated and accepted are changes of the account, but move no seat.
        await company.buy(ECO=2, PRO=3)
        assert await next_update(live) == (start + 3, False, {"ECO": (2, 0, 0), "PRO": (3, 0, 0)})
        given = await company.assign(ann, "PRO")
        assert await next_update(live) == (start + 4, False, {"PRO": (3, 1, 0)})
        await activate(given)
        assert await next_update(live) == (start + 5, False, {"PRO": (3, 1, 1)})
        changed = await change_license(company.viewer, license_id=given.id, package_id=company.packages["ECO"].id)
        assert await next_update(live) == (start + 6, False, {"PRO": (3, 0, 0), "ECO": (2, 1, 1)})
        handed = await transfer_license(company.viewer, license_id=changed.license.id, to_user_id=ben.id)
        assert await next_update(live) == (start + 7, False, {"ECO": (2, 1, 0)})
        # Nobody activated meanwhile: the counts stay, and are told all the same.
        again = await transfer_license(company.viewer, license_id=handed.license.id, to_user_id=cleo.id)
        assert await next_update(live) == (start + 8, False, {"ECO": (2, 1, 0)})
        await remove_license(company.viewer, license_id=again.license.id)
        assert await next_update(live) == (start + 9, False, {"ECO": (2, 0, 0)})


async def test_what_moves_no_seat_is_not_told(admin: Client, company: Company) -> None:
    await company.buy(PRO=1)
    license = await company.assign(company.users[0], "PRO")
    async with admin.live() as live:
        await live.subscribe(SEATS)
        start, _, _ = await next_update(live)
        await company.add_user("Dora")
        await company.put_in_cart(ECO=1)
        await company.validate()
        await remove_license(company.viewer, license_id=license.id)
        await remove_license(company.viewer, license_id=license.id)
        await company.assign(company.users[1], "PRO")
        assert await updates(live, 2) == [
            (start + 3, False, {"PRO": (1, 0, 0)}),
            (start + 4, False, {"PRO": (1, 1, 0)}),
        ]


async def test_all_subscribers_see_the_same_changes_in_the_same_order(admin: Client, company: Company) -> None:
    await company.buy(PRO=3)
    async with admin.live() as one, admin.live() as two:
        await one.subscribe(SEATS)
        start, _, _ = await next_update(one)
        await two.subscribe(SEATS, id="here")
        await two.subscribe(SEATS, id="there")
        await updates(two, 2)
        await asyncio.gather(*(assign_and_remove(company, user, 4) for user in company.users))
        expected = await recorded_updates(company, start)
        assert len(expected) == 24
        assert await updates(one, 24) == expected
        by_id: dict[str, list[int]] = {"here": [], "there": []}
        for _ in range(48):
            message = await two.receive()
            by_id[message["id"]].append(int(message["payload"]["data"]["seatCountsChanged"]["version"]))
        versions = [version for version, _, _ in expected]
        assert by_id == {"here": versions, "there": versions}


async def test_an_account_hears_nothing_of_another(
    admin: Client, other_admin: Client, company: Company, other_company: Company
) -> None:
    async with admin.live() as mine, other_admin.live() as theirs:
        await mine.subscribe(SEATS)
        await theirs.subscribe(SEATS)
        my_start, _, _ = await next_update(mine)
        their_start, _, _ = await next_update(theirs)
        await other_company.buy(PRO=7)
        await company.buy(ECO=1)
        assert await next_update(mine) == (my_start + 3, False, {"ECO": (1, 0, 0)})
        assert await next_update(theirs) == (their_start + 3, False, {"PRO": (7, 0, 0)})


async def test_an_operation_that_was_completed_hears_no_more_and_the_others_go_on(
    admin: Client, company: Company
) -> None:
    await company.buy(PRO=3)
    async with admin.live() as live:
        for id in ("stays", "goes"):
            await live.subscribe(SEATS, id=id)
            assert (await live.receive())["id"] == id
        await live.send(type="complete", id="goes")
        await live.send(type="ping")
        assert (await live.receive())["type"] == "pong"
        for user in company.users:
            await company.assign(user, "PRO")
        assert [(await live.receive())["id"] for _ in range(3)] == ["stays"] * 3
        # Its id is free again.
        await live.subscribe(SEATS, id="goes")
        message = await live.receive()
        assert (message["id"], message["payload"]["data"]["seatCountsChanged"]["snapshot"]) == ("goes", True)
