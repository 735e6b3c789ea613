"""account.seatEvents: what happened to the seats, for who polls."""

from datetime import datetime
from typing import Any

import pytest

from api.schema.ids import encode_id
from models.database.clock import now
from models.operations.licensing.remove_license import remove_license
from models.tables import Event
from tests.support.activation import activate
from tests.support.answers import refused
from tests.support.client import Client
from tests.support.company import Company
from tests.support.recorded import account_version
from tests.support.seats_feed import commit_elsewhere
from tests.support.statements import statements

EVENTS = (
    "query ($after: String, $first: Int) { account { seatEvents(after: $after, first: $first) { totalCount"
    " edges { cursor } nodes { id version type occurredAt"
    " counts { package { code } purchased assigned activated available } }"
    " pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }"
)
FOLLOW = (
    "subscription ($after: String) { seatCountsChanged(after: $after) {"
    " id version snapshot pools { package { code } purchased assigned activated available } } }"
)
NODE = "query ($id: ID!) { node(id: $id) { id ... on SeatEvent { version } } }"


async def page(client: Client, **variables: Any) -> dict[str, Any]:
    return (await client.run(EVENTS, **variables))["account"]["seatEvents"]


async def busy(company: Company) -> None:
    """Let seats be bought, given, activated and taken."""
    await company.buy(ECO=2, PRO=1)
    await activate(await company.assign(company.users[0], "PRO"))
    await remove_license(company.viewer, license_id=(await company.assign(company.users[1], "ECO")).id)


def counts(code: str, purchased: int, assigned: int, activated: int) -> dict[str, Any]:
    return {
        "package": {"code": code},
        "purchased": purchased,
        "assigned": assigned,
        "activated": activated,
        "available": purchased - assigned,
    }


async def test_each_event_tells_what_it_moved(admin: Client, company: Company) -> None:
    earliest = now()
    await busy(company)
    shown = await page(admin)
    assert [(node["type"], node["counts"]) for node in shown["nodes"]] == [
        ("purchase.completed", [counts("ECO", 2, 0, 0), counts("PRO", 1, 0, 0)]),
        ("license.assigned", [counts("PRO", 1, 1, 0)]),
        ("license.activated", [counts("PRO", 1, 1, 1)]),
        ("license.assigned", [counts("ECO", 2, 1, 0)]),
        ("license.removed", [counts("ECO", 2, 0, 0)]),
    ]
    assert [edge["cursor"] for edge in shown["edges"]] == [node["version"] for node in shown["nodes"]]
    assert shown["totalCount"] == 5
    times = [datetime.fromisoformat(node["occurredAt"]) for node in shown["nodes"]]
    assert times == sorted(times)
    assert earliest <= times[0] <= times[-1] <= now()
    assert shown["nodes"][-1]["version"] == str(await account_version(company.account_id))


async def test_they_are_the_ones_that_the_subscription_pushes(admin: Client, company: Company) -> None:
    before = str(await account_version(company.account_id))
    await busy(company)
    polled = (await page(admin, after=before))["nodes"]
    async with admin.live() as live:
        await live.subscribe(FOLLOW, after=before)
        pushed = [(await live.next())["seatCountsChanged"] for _ in polled]
        assert [(each["id"], each["version"], each["snapshot"], each["pools"]) for each in pushed] == [
            (each["id"], each["version"], False, each["counts"]) for each in polled
        ]
        await live.subscribe(FOLLOW, id="2")
        snapshot = (await live.next())["seatCountsChanged"]
        assert (snapshot["id"], snapshot["snapshot"]) == (None, True)
    for each in polled:
        assert await admin.run(NODE, id=each["id"]) == {"node": {"id": each["id"], "version": each["version"]}}


async def test_pages_follow_each_other_without_gap_or_repeat(admin: Client, company: Company) -> None:
    await commit_elsewhere(company.account_id, company.packages["PRO"].id, list(range(1, 8)))
    seen: list[str] = []
    after, more = None, True
    while more:
        shown = await page(admin, after=after, first=3)
        versions = [node["version"] for node in shown["nodes"]]
        assert shown["pageInfo"] == {
            "hasNextPage": len(seen) + len(versions) < 7,
            "hasPreviousPage": bool(seen),
            "startCursor": versions[0],
            "endCursor": versions[-1],
        }
        seen += versions
        after, more = shown["pageInfo"]["endCursor"], shown["pageInfo"]["hasNextPage"]
    last = await account_version(company.account_id)
    assert seen == [str(version) for version in range(last - 6, last + 1)]


async def test_who_has_seen_everything_gets_an_empty_page(admin: Client, company: Company) -> None:
    await busy(company)
    last = str(await account_version(company.account_id))
    shown = await page(admin, after=last)
    assert (shown["nodes"], shown["totalCount"]) == ([], 5)
    assert shown["pageInfo"] == {
        "hasNextPage": False,
        "hasPreviousPage": True,
        "startCursor": None,
        "endCursor": None,
    }


async def test_a_version_ahead_of_the_account_is_stale(admin: Client, company: Company) -> None:
    version = await account_version(company.account_id)
    answer = await admin.post(EVENTS, after=str(version + 1))
    assert answer["data"] is None
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"STALE_VERSION"}
    assert {error["extensions"]["version"] for error in answer["errors"]} == {str(version)}


@pytest.mark.parametrize("after", ["", "-1", "1.5", "x", "9" * 19, "٣"])
async def test_what_is_no_version_is_refused(admin: Client, company: Company, after: str) -> None:
    extensions = refused(await admin.post(EVENTS, after=after), "INVALID_INPUT", "account", "seatEvents")
    assert [field["path"] for field in extensions["fields"]] == [["after"]]


@pytest.mark.parametrize("first", [-1, 101])
async def test_a_page_has_at_most_a_hundred(admin: Client, company: Company, first: int) -> None:
    extensions = refused(await admin.post(EVENTS, first=first), "INVALID_INPUT", "account", "seatEvents")
    assert [field["path"] for field in extensions["fields"]] == [["first"]]


async def test_what_moved_no_seat_is_no_seat_event(admin: Client, company: Company) -> None:
    assert (await page(admin))["nodes"] == []
    assert await Event.filter(account_id=company.account_id, pools=None).count() > 0
    event = (await Event.filter(account_id=company.account_id))[0]
    assert await admin.run(NODE, id=global_id(event)) == {"node": None}


async def test_another_account_sees_none_of_them(other_admin: Client, company: Company) -> None:
    await busy(company)
    assert (await page(other_admin))["totalCount"] == 0
    event = await Event.filter(account_id=company.account_id).exclude(pools=None).first()
    assert await other_admin.run(NODE, id=global_id(event)) == {"node": None}


async def test_a_page_costs_the_same_however_long_it_is(admin: Client, company: Company) -> None:
    await commit_elsewhere(company.account_id, company.packages["PRO"].id, list(range(1, 101)))
    costs = []
    for first in (1, 100):
        with statements() as seen:
            await page(admin, first=first)
        costs.append(len(seen))
    # The session and everything else at once.
    assert costs == [1, 1]


def global_id(event: Event | None) -> str:
    assert event is not None
    return encode_id("SeatEvent", event.id)
