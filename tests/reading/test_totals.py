"""The lengths of lists that the relay writes down, and what is counted beside them."""

import asyncpg
import pytest

from models.database.advisory_locks import KEEPING_TOTALS
from models.database.connection import fetch
from models.operations.licensing.remove_license import remove_license
from models.operations.licensing.transfer_license import transfer_license
from models.operations.upkeep.keep_totals import keep_totals
from tests.support.client import Client
from tests.support.company import Company
from tests.support.recorded import broken_invariants

COUNTS = """{ account {
    users { totalCount }
    licensed: users(filter: { licensed: true }) { totalCount }
    unlicensed: users(filter: { licensed: false }) { totalCount }
    pro: users(filter: { packageCode: "PRO" }) { totalCount }
    eco: users(filter: { packageCode: "ECO" }) { totalCount }
    none: users(filter: { packageCode: "PRO", licensed: false }) { totalCount }
    %s
} }"""
WAYS = {"by a plan": COUNTS % "", "by resolvers": COUNTS % "seatEvents { totalCount }"}


async def counted(admin: Client, way: str) -> list[int]:
    account = (await admin.run(WAYS[way]))["account"]
    return [connection["totalCount"] for connection in account.values()]


async def known() -> list[tuple[int, int, int]]:
    rows = await fetch("SELECT version, users, seat_events FROM account_totals")
    return [tuple(row.values()) for row in rows]


@pytest.mark.parametrize("way", WAYS)
async def test_lengths_are_right_before_and_after_they_are_written_down(
    admin: Client, company: Company, other_company: Company, way: str
) -> None:
    await company.buy(PRO=2, ECO=1)
    await other_company.buy(PRO=1)
    await other_company.assign(other_company.users[0], "PRO")
    ann, ben, cleo = company.users
    held = [await company.assign(ann, "PRO"), await company.assign(ben, "PRO"), await company.assign(cleo, "ECO")]
    await remove_license(company.viewer, license_id=held[1].id)
    seen = 5 if "seatEvents" in WAYS[way] else None
    expected = [4, 2, 2, 1, 1, 0, *([seen] if seen else [])]
    assert await counted(admin, way) == expected
    assert await keep_totals() == 0
    assert await keep_totals(uncounted=5) == 2
    assert await counted(admin, way) == expected
    await company.add_user("Dora")
    await company.assign(company.users[-1], "PRO")
    await remove_license(company.viewer, license_id=held[2].id)
    expected = [5, 2, 3, 2, 0, 0, *([seen + 2] if seen else [])]
    assert await counted(admin, way) == expected
    assert await keep_totals(uncounted=5) == 0
    assert await keep_totals(uncounted=1) == 1
    assert await counted(admin, way) == expected
    assert await broken_invariants() == {}


async def test_an_account_that_may_be_deleted_is_not_counted(company: Company) -> None:
    await fetch("UPDATE accounts SET confirmed_at = NULL")
    assert await keep_totals(uncounted=1) == 0
    assert await known() == []


PAGES = {
    "by a plan": "query ($first: Int, $after: String) { account { users(first: $first, after: $after,"
    " filter: { licensed: false }) { nodes { email } pageInfo { hasNextPage endCursor } } } }",
    "by resolvers": "query ($first: Int, $after: String) { viewer { __typename } account { users(first: $first,"
    " after: $after, filter: { licensed: false }) { nodes { email } pageInfo { hasNextPage endCursor } } } }",
}


async def without_license(admin: Client, way: str) -> list[str]:
    """Those without a license, two at a time."""
    names: list[str] = []
    after = None
    while True:
        users = (await admin.run(PAGES[way], first=2, after=after))["account"]["users"]
        names += [node["email"].partition("@")[0] for node in users["nodes"]]
        after = users["pageInfo"]["endCursor"]
        if not users["pageInfo"]["hasNextPage"]:
            return names


@pytest.mark.parametrize("way", PAGES)
async def test_who_has_no_license_is_known_whatever_happened_since_it_was_written_down(
    admin: Client, company: Company, way: str
) -> None:
    await company.buy(PRO=4)
    ann, ben, cleo = company.users
    held = await company.assign(ann, "PRO")
    assert await without_license(admin, way) == ["admin", "ben", "cleo"]
    assert await keep_totals(uncounted=1) == 1
    assert await without_license(admin, way) == ["admin", "ben", "cleo"]
    dora = await company.add_user("Dora")
    await company.assign(ben, "PRO")
    transferred = await transfer_license(company.viewer, license_id=held.id, to_user_id=cleo.id)
    expected = ["admin", "ann", "dora"]
    assert await without_license(admin, way) == expected
    assert await keep_totals(uncounted=1) == 1
    assert await without_license(admin, way) == expected
    await company.assign(dora, "PRO")
    await remove_license(company.viewer, license_id=transferred.license.id)
    again = await company.assign(cleo, "PRO")
    assert await without_license(admin, way) == ["admin", "ann"]
    await remove_license(company.viewer, license_id=again.id)
    expected = ["admin", "ann", "cleo"]
    assert await without_license(admin, way) == expected
    assert await keep_totals(uncounted=1) == 1
    assert await without_license(admin, way) == expected
    assert await broken_invariants() == {}


async def test_one_process_at_a_time_writes_it_down(company: Company, database_url: str) -> None:
    other = await asyncpg.connect(database_url)
    try:
        async with other.transaction():
            await other.execute("SELECT pg_advisory_xact_lock($1)", KEEPING_TOTALS)
            assert await keep_totals(uncounted=1) == 0
        assert await keep_totals(uncounted=1) == 1
    finally:
        await other.close()
