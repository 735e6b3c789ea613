"""changeLicense over HTTP."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from api.schema.ids import encode_id
from models.database.ids import new_id
from models.operations.licensing.remove_license import remove_license
from models.operations.licensing.transfer_license import transfer_license
from models.tables import License, LicenseEnd
from tests.support.client import Client
from tests.support.company import Company
from tests.support.licensing import MOVES_A_SEAT, activation_token, give, held_by, id_of
from tests.support.recorded import broken_invariants, counts_json, records
from tests.support.refusals import (
    assert_bad_variables,
    assert_not_found,
    assert_unauthenticated,
    refusal,
    wrong_ids,
)
from tests.support.shown import LICENSE, POOL, moment, shown_license, shown_pool
from tests.support.unchanged import nothing_changes

CHANGED = f"... on LicenseChanged {{ license {LICENSE} ended {LICENSE} pools {POOL} }}"
NO_SEAT = f"... on NoSeatAvailableError {{ pool {POOL} alternatives {POOL} }}"


async def change(
    client: Client, company: Company, license: License, code: str, fields: str = CHANGED
) -> dict[str, Any]:
    values = {"licenseId": id_of(license), "packageId": id_of(company.packages[code])}
    return await client.mutate("changeLicense", fields, **values)


@pytest.mark.parametrize(("activated", "state"), [(False, "ASSIGNED"), (True, "ACTIVE")])
async def test_the_user_moves_to_the_other_package_and_keeps_the_activation(
    admin: Client, company: Company, activated: bool, state: str
) -> None:
    await company.buy(ECO=2, PRO=3)
    ann = company.users[0]
    old = await give(company, ann, "ECO", activated=activated)
    async with nothing_changes(*MOVES_A_SEAT), records(company, "license.changed") as events:
        answer = await change(admin, company, old, "PRO")
    held = await held_by(ann)
    assert held is not None
    on = int(activated)
    assert answer == {
        "__typename": "LicenseChanged",
        "license": await shown_license(company, held, "PRO", ann, state),
        "ended": await shown_license(company, old, "ECO", ann, "ENDED"),
        "pools": [shown_pool(company, "ECO", 2, 0, 0), shown_pool(company, "PRO", 3, 1, on)],
    }
    assert answer["license"]["activatedAt"] == moment(old.activated_at)
    ended = await License.get(id=old.id)
    assert (ended.end_reason, ended.ended_at is not None) == (LicenseEnd.CHANGED, True)
    assert events[0]["data"] == {
        "license_id": str(held.id),
        "ended_license_id": str(old.id),
        "user_id": str(ann.id),
        "from_package_id": str(old.package_id),
        "package_id": str(held.package_id),
        "activated": activated,
    }
    assert events[0]["pools"] == [counts_json(company, "ECO", 2, 0, 0), counts_json(company, "PRO", 3, 1, on)]
    assert await company.counts() == {"ECO": (2, 0, 0), "ADVANCED": (0, 0, 0), "PRO": (3, 1, on)}
    assert await broken_invariants() == {}


async def test_a_user_can_move_down_as_well(admin: Client, company: Company) -> None:
    await company.buy(ECO=1, PRO=1)
    old = await give(company, company.users[0], "PRO", activated=True)
    answer = await change(admin, company, old, "ECO")
    assert answer["pools"] == [shown_pool(company, "PRO", 1, 0, 0), shown_pool(company, "ECO", 1, 1, 1)]


async def test_the_link_that_was_mailed_goes_on_working(admin: Client, client: Client, company: Company) -> None:
    await company.buy(ECO=1, PRO=1)
    old = await give(company, company.users[0], "ECO")
    token = await activation_token(old)
    answer = await change(admin, company, old, "PRO")
    activated = await client.mutate("activateLicense", "... on LicenseActivated { license { id } }", token=token)
    assert activated == {"__typename": "LicenseActivated", "license": {"id": answer["license"]["id"]}}
    assert await company.counts() == {"ECO": (1, 0, 0), "ADVANCED": (0, 0, 0), "PRO": (1, 1, 1)}


@pytest.mark.parametrize(("activated", "state"), [(False, "ASSIGNED"), (True, "ACTIVE")])
async def test_a_change_to_the_same_package_changes_nothing(
    admin: Client, company: Company, activated: bool, state: str
) -> None:
    await company.buy(PRO=1)
    ann = company.users[0]
    held = await give(company, ann, "PRO", activated=activated)
    async with nothing_changes():
        answer = await change(admin, company, held, "PRO")
    assert answer == {
        "__typename": "LicenseChanged",
        "license": await shown_license(company, held, "PRO", ann, state),
        "ended": await shown_license(company, held, "PRO", ann, state),
        "pools": [shown_pool(company, "PRO", 1, 1, int(activated))],
    }


async def test_the_same_change_again_with_the_old_id_answers_the_current_license(
    admin: Client, company: Company
) -> None:
    await company.buy(ECO=1, PRO=1)
    old = await give(company, company.users[0], "ECO")
    first = await change(admin, company, old, "PRO")
    async with nothing_changes():
        again = await change(admin, company, old, "PRO")
    assert (again["__typename"], again["license"]) == ("LicenseChanged", first["license"])
    assert (again["ended"], again["ended"]["state"]) == (first["ended"], "ENDED")
    assert first["ended"]["id"] == id_of(old)
    assert again["pools"] == [shown_pool(company, "PRO", 1, 1, 0)]


async def test_another_change_with_the_old_id_is_not_found(admin: Client, company: Company) -> None:
    await company.buy(ECO=1, ADVANCED=1, PRO=1)
    old = await give(company, company.users[0], "ECO")
    await change(admin, company, old, "PRO")
    for code in ["ADVANCED", "ECO"]:
        package = id_of(company.packages[code])
        await assert_not_found(admin, "changeLicense", "License", old.id, licenseId=id_of(old), packageId=package)


async def test_without_a_free_seat_the_license_stays(admin: Client, company: Company) -> None:
    await company.buy(ECO=2, ADVANCED=1, PRO=1)
    ann, ben, _ = company.users
    held = await give(company, ann, "ECO", activated=True)
    await give(company, ben, "PRO")
    async with nothing_changes():
        answer = await change(admin, company, held, "PRO", NO_SEAT)
    assert answer == refusal(
        "NoSeatAvailableError",
        "NO_SEAT_AVAILABLE",
        "All 1 seats of this package are assigned. Buy more or free one.",
        pool=shown_pool(company, "PRO", 1, 1, 0),
        alternatives=[shown_pool(company, "ECO", 2, 1, 1), shown_pool(company, "ADVANCED", 1, 0, 0)],
    )


async def test_a_package_that_was_never_bought_has_no_seat(admin: Client, company: Company) -> None:
    await company.buy(ECO=1)
    held = await give(company, company.users[0], "ECO")
    async with nothing_changes():
        answer = await change(admin, company, held, "PRO", NO_SEAT)
    assert (answer["pool"], answer["alternatives"]) == (shown_pool(company, "PRO", 0, 0, 0), [])


async def test_ten_race_for_two_seats_of_the_other_package(admin: Client, company: Company) -> None:
    await company.buy(ECO=10, PRO=2)
    users = [await company.add_user(f"User{n}") for n in range(10)]
    held = [await give(company, user, "ECO", activated=n % 2 == 0) for n, user in enumerate(users)]
    async with records(company, *["license.changed"] * 2):
        answers = await asyncio.gather(*(change(admin, company, license, "PRO") for license in held))
    assert Counter(answer["__typename"] for answer in answers) == {"LicenseChanged": 2, "NoSeatAvailableError": 8}
    moved = sum(answer.get("license", {}).get("state") == "ACTIVE" for answer in answers)
    assert await company.counts() == {"ECO": (10, 8, 5 - moved), "ADVANCED": (0, 0, 0), "PRO": (2, 2, moved)}
    assert await broken_invariants() == {}


async def test_the_same_change_at_once_is_made_once(admin: Client, company: Company) -> None:
    await company.buy(ECO=1, PRO=20)
    old = await give(company, company.users[0], "ECO")
    async with records(company, "license.changed"):
        answers = await asyncio.gather(*(change(admin, company, old, "PRO") for _ in range(20)))
    assert {(answer["__typename"], answer["license"]["id"]) for answer in answers} == {
        ("LicenseChanged", answers[0]["license"]["id"])
    }
    assert await company.counts() == {"ECO": (1, 0, 0), "ADVANCED": (0, 0, 0), "PRO": (20, 1, 0)}
    assert await broken_invariants() == {}


async def test_of_two_different_changes_at_once_one_is_made(admin: Client, company: Company) -> None:
    await company.buy(ECO=1, ADVANCED=1, PRO=1)
    old = await give(company, company.users[0], "ECO")
    async with records(company, "license.changed"):
        answers = await asyncio.gather(*(change(admin, company, old, code) for code in ["ADVANCED", "PRO"]))
    assert sorted(answer["__typename"] for answer in answers) == ["LicenseChanged", "NotFoundError"]
    assert await broken_invariants() == {}


async def test_a_license_that_was_removed_or_transferred_is_not_found(admin: Client, company: Company) -> None:
    await company.buy(ECO=2, PRO=2)
    ann, ben, cleo = company.users
    removed, transferred = await give(company, ann, "ECO"), await give(company, ben, "ECO")
    await remove_license(company.viewer, license_id=removed.id)
    await transfer_license(company.viewer, license_id=transferred.id, to_user_id=cleo.id)
    for ended in [removed, transferred]:
        for code in ["ECO", "PRO"]:
            values = {"licenseId": id_of(ended), "packageId": id_of(company.packages[code])}
            await assert_not_found(admin, "changeLicense", "License", ended.id, **values)


async def test_ids_that_lead_nowhere_are_not_found(admin: Client, company: Company) -> None:
    await company.buy(ECO=1, PRO=1)
    held = await give(company, company.users[0], "ECO")
    license_id, package_id = id_of(held), id_of(company.packages["PRO"])
    for given in [*wrong_ids("License"), package_id]:
        await assert_not_found(admin, "changeLicense", "License", given, licenseId=given, packageId=package_id)
    for given in [*wrong_ids("Package"), license_id, encode_id("Package", held.id)]:
        await assert_not_found(admin, "changeLicense", "Package", given, licenseId=license_id, packageId=given)


async def test_a_license_of_another_account_is_not_found(
    admin: Client, company: Company, other_company: Company
) -> None:
    await company.buy(PRO=1)
    await other_company.buy(ECO=1, PRO=1)
    theirs = await give(other_company, other_company.users[0], "ECO")
    values = {"licenseId": id_of(theirs), "packageId": id_of(company.packages["PRO"])}
    await assert_not_found(admin, "changeLicense", "License", theirs.id, **values)


async def test_signed_out_is_a_top_level_error(client: Client, company: Company) -> None:
    for given in [encode_id("License", new_id()), "malformed"]:
        await assert_unauthenticated(client, "changeLicense", licenseId=given, packageId=given)


async def test_ids_of_a_wrong_type_are_a_top_level_error(admin: Client, company: Company) -> None:
    values = {"licenseId": encode_id("License", new_id()), "packageId": id_of(company.packages["PRO"])}
    for wrong in [{"licenseId": None}, {"licenseId": True}, {"packageId": None}, {"packageId": {}}]:
        await assert_bad_variables(admin, "changeLicense", **(values | wrong))
