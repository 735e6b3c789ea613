"""account.seatInventory."""

from datetime import datetime
from typing import Any

from models.database.clock import now
from models.database.connection import fetch
from models.operations.licensing.remove_license import remove_license
from tests.support.activation import activate
from tests.support.client import Client
from tests.support.company import Company
from tests.support.recorded import account_version
from tests.support.shown import POOL, shown_pool

INVENTORY = (
    f"query ($codes: [String!]) {{ account {{ seatInventory(packageCodes: $codes) {{ version pools {POOL} }} }} }}"
)


async def pools(client: Client, codes: list[str] | None) -> list[dict[str, Any]]:
    return (await client.run(INVENTORY, codes=codes))["account"]["seatInventory"]["pools"]


async def pool_codes(client: Client, codes: list[str] | None) -> list[str]:
    return [pool["package"]["code"] for pool in await pools(client, codes)]


async def test_an_account_that_bought_nothing_has_a_pool_of_zero_for_each_package(
    admin: Client, company: Company
) -> None:
    assert await pools(admin, None) == [shown_pool(company, code, 0, 0, 0) for code in ("ECO", "ADVANCED", "PRO")]


async def test_counts_are_exact_and_belong_to_the_version(admin: Client, company: Company) -> None:
    await company.buy(ECO=5, PRO=3)
    ann, ben, cleo = company.users
    await activate(await company.assign(ann, "PRO"))
    await company.assign(ben, "PRO")
    await remove_license(company.viewer, license_id=(await company.assign(cleo, "ECO")).id)
    answer = await admin.run(INVENTORY)
    assert answer["account"]["seatInventory"] == {
        "version": str(await account_version(company.account_id)),
        "pools": [
            shown_pool(company, "ECO", 5, 0, 0),
            shown_pool(company, "ADVANCED", 0, 0, 0),
            shown_pool(company, "PRO", 3, 2, 1),
        ],
    }


async def test_the_time_of_reading_is_told(admin: Client) -> None:
    before = now()
    inventory = (await admin.run("{ account { seatInventory { asOf } } }"))["account"]["seatInventory"]
    assert inventory["asOf"].endswith("Z")
    assert before <= datetime.fromisoformat(inventory["asOf"]) <= now()


async def test_the_inventory_is_the_account_s_own(admin: Client, other_admin: Client, company: Company) -> None:
    await company.buy(ADVANCED=7)
    assert [pool["purchased"] for pool in await pools(admin, None)] == [0, 7, 0]
    assert [pool["purchased"] for pool in await pools(other_admin, None)] == [0, 0, 0]


async def test_package_codes_choose_exactly_the_packages_they_name(admin: Client) -> None:
    asked = [
        ["PRO"],
        ["PRO", "ECO"],
        ["PRO", "PRO"],
        [],
        None,
    ]
    assert [await pool_codes(admin, codes) for codes in asked] == [
        ["PRO"],
        ["ECO", "PRO"],
        ["PRO"],
        [],
        ["ECO", "ADVANCED", "PRO"],
    ]


async def test_no_pools_still_tell_the_version(admin: Client, company: Company) -> None:
    answer = await admin.run(INVENTORY, codes=[])
    version = str(await account_version(company.account_id))
    assert answer["account"]["seatInventory"] == {"version": version, "pools": []}


async def test_a_package_off_sale_stays_while_seats_of_it_were_bought(
    admin: Client, other_admin: Client, company: Company
) -> None:
    await company.buy(ECO=1)
    await fetch("UPDATE packages SET on_sale = false WHERE code = 'ECO'")
    try:
        assert await pool_codes(admin, None) == ["ECO", "ADVANCED", "PRO"]
        assert await pool_codes(other_admin, None) == ["ADVANCED", "PRO"]
        assert await pool_codes(other_admin, ["ECO"]) == []
    finally:
        await fetch("UPDATE packages SET on_sale = true")
