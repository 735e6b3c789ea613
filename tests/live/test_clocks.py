"""Seat changes among machines whose clocks differ: told in the order of versions, live, polled and caught up with."""

import pytest

from models.events import commit_listeners
from models.operations.licensing.remove_license import remove_license
from models.operations.licensing.transfer_license import transfer_license
from models.tables import Event
from tests.support.client import Client
from tests.support.clocks import ids_going_back
from tests.support.company import Company
from tests.support.recorded import account_version, broken_invariants
from tests.support.seats_feed import SEATS, Update, commit_elsewhere, next_update, updates

EVENTS = (
    "query ($first: Int, $after: String) { account { seatEvents(first: $first, after: $after) {"
    " nodes { version type } pageInfo { endCursor hasNextPage } } } }"
)
TYPES = ["purchase.completed", "license.assigned", "license.transferred", "license.removed"]


async def busy(company: Company) -> list[Update]:
    """Four changes of seats, each by a machine that is behind the one before; what followers are to be told."""
    ann, ben, _ = company.users
    before = await account_version(company.account_id)
    with ids_going_back():
        await company.buy(PRO=2)
        license = await company.assign(ann, "PRO")
        moved = await transfer_license(company.viewer, license_id=license.id, to_user_id=ben.id)
        await remove_license(company.viewer, license_id=moved.license.id)
    events = Event.filter(account_id=company.account_id, version__gt=before).exclude(pools=None).order_by("version")
    found = await events.values_list("id", "version", "type")
    assert [id for id, _, _ in found] == sorted((id for id, _, _ in found), reverse=True)
    assert [type for _, _, type in found] == TYPES
    assigned = [0, 1, 1, 0]
    return [(row[1], False, {"PRO": (2, number, 0)}) for row, number in zip(found, assigned, strict=True)]


async def test_who_watches_is_told_in_order(admin: Client, company: Company) -> None:
    async with admin.live() as live:
        await live.subscribe(SEATS)
        await next_update(live)
        expected = await busy(company)
        assert await updates(live, len(expected)) == expected


async def test_who_comes_back_is_told_what_they_missed_in_order(admin: Client, company: Company) -> None:
    before = await account_version(company.account_id)
    expected = await busy(company)
    for missed in range(1, len(expected) + 1):
        async with admin.live() as live:
            seen = before if missed == len(expected) else expected[-missed - 1][0]
            await live.subscribe(SEATS, after=str(seen))
            assert await updates(live, missed) == expected[-missed:]


async def test_who_was_told_of_later_ids_first_misses_no_change_with_an_older_one(
    admin: Client, company: Company
) -> None:
    async with admin.live() as live:
        await live.subscribe(SEATS)
        version, _, _ = await next_update(live)
        for number in range(1, 4):
            with ids_going_back():
                version = await commit_elsewhere(company.account_id, company.packages["ECO"].id, [number])
            commit_listeners.publish(company.account_id)
            assert await next_update(live) == (version, False, {"ECO": (number, 0, 0)})


@pytest.mark.parametrize("first", [1, 2, 3, 100])
async def test_pages_of_seat_events_are_in_order(admin: Client, company: Company, first: int) -> None:
    expected = await busy(company)
    seen: list[tuple[str, str]] = []
    after, more = None, True
    while more:
        page = (await admin.run(EVENTS, first=first, after=after))["account"]["seatEvents"]
        seen += [(node["version"], node["type"]) for node in page["nodes"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert seen == [(str(version), type) for (version, _, _), type in zip(expected, TYPES, strict=True)]


async def test_a_poll_is_told_that_it_is_current_by_the_newest_version(admin: Client, company: Company) -> None:
    await busy(company)
    query = {"query": "{ account { version seatInventory { version pools { assigned } } } }"}
    first = await admin.http.post("/graphql", json=query)
    current = await admin.http.post("/graphql", json=query, headers={"if-none-match": first.headers["etag"]})
    assert current.status_code == 304
    with ids_going_back():
        await company.assign(company.users[0], "PRO")
    changed = await admin.http.post("/graphql", json=query, headers={"if-none-match": first.headers["etag"]})
    assert changed.status_code == 200
    assert changed.json()["data"]["account"]["version"] == str(await account_version(company.account_id))


async def test_the_events_prove_the_counters_in_order(company: Company) -> None:
    await busy(company)
    assert await broken_invariants() == {}
