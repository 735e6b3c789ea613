"""assignLicense over HTTP."""

import asyncio
from typing import Any

import pytest

from api.schema.ids import encode_id
from models.database.connection import fetch
from models.database.ids import new_id
from models.operations.licensing.remove_license import remove_license
from models.tables import License
from tests.support.client import Client
from tests.support.company import Company, make_company
from tests.support.licensing import MOVES_A_SEAT, give, held_by, id_of
from tests.support.recorded import account_version, broken_invariants, counts_json, records
from tests.support.refusals import (
    assert_bad_variables,
    assert_not_found,
    assert_not_permitted,
    assert_unauthenticated,
    refusal,
    wrong_ids,
)
from tests.support.shown import LICENSE, POOL, shown_license, shown_pool
from tests.support.unchanged import nothing_changes

ASSIGNED = f"... on LicenseAssigned {{ license {LICENSE} pools {POOL} }}"
NO_SEAT = f"... on NoSeatAvailableError {{ pool {POOL} alternatives {POOL} }}"
ALREADY = f"... on AlreadyLicensedError {{ license {LICENSE} }}"


def no_seat(purchased: int, pool: dict[str, Any], *alternatives: dict[str, Any]) -> dict[str, Any]:
    message = f"All {purchased} seats of this package are assigned. Buy more or free one."
    return refusal("NoSeatAvailableError", "NO_SEAT_AVAILABLE", message, pool=pool, alternatives=[*alternatives])


def giving(company: Company, code: str, user: int = 0) -> dict[str, str]:
    return {"userId": id_of(company.users[user]), "packageId": id_of(company.packages[code])}


async def test_the_user_holds_a_seat_and_has_yet_to_activate(admin: Client, company: Company) -> None:
    await company.buy(ECO=1, PRO=2)
    ann = company.users[0]
    async with nothing_changes(*MOVES_A_SEAT), records(company, "license.assigned") as events:
        answer = await admin.mutate("assignLicense", ASSIGNED, **giving(company, "PRO"))
    held = await held_by(ann)
    assert held is not None
    assert answer == {
        "__typename": "LicenseAssigned",
        "license": await shown_license(company, held, "PRO", ann, "ASSIGNED"),
        "pools": [shown_pool(company, "PRO", 2, 1, 0)],
    }
    assert (answer["license"]["activatedAt"], answer["license"]["endedAt"]) == (None, None)
    package = company.packages["PRO"]
    assert events[0]["data"] == {
        "license_id": str(held.id),
        "user_id": str(ann.id),
        "package_id": str(package.id),
    }
    assert events[0]["pools"] == [counts_json(company, "PRO", 2, 1, 0)]
    assert (held.link_event_id, held.assigned_by) == (events[0]["id"], company.viewer.user_id)
    assert await company.counts() == {"ECO": (1, 0, 0), "ADVANCED": (0, 0, 0), "PRO": (2, 1, 0)}
    assert await broken_invariants() == {}


async def test_licenses_given_at_once_in_two_accounts_move_each_account_on_by_its_own(
    admin: Client, other_admin: Client, company: Company, other_company: Company
) -> None:
    bystander = await make_company("example.net")
    for each in (company, other_company, bystander):
        await each.buy(PRO=2)
    companies = (company, other_company, bystander)
    before = [await account_version(each.account_id) for each in companies]
    wishes = [(admin, company, 0), (other_admin, other_company, 0), (admin, company, 1)]
    answers = await asyncio.gather(
        *(client.mutate("assignLicense", ASSIGNED, **giving(each, "PRO", user)) for client, each, user in wishes)
    )
    assert [answer["__typename"] for answer in answers] == ["LicenseAssigned"] * 3
    after = [await account_version(each.account_id) for each in companies]
    assert [new - old for old, new in zip(before, after, strict=True)] == [2, 1, 0]
    assert [(await each.counts())["PRO"] for each in companies] == [(2, 2, 0), (2, 1, 0), (2, 0, 0)]
    assert await broken_invariants() == {}


async def test_an_administrator_can_be_given_a_seat(admin: Client, company: Company) -> None:
    await company.buy(PRO=1)
    values = giving(company, "PRO") | {"userId": id_of(company.administrator)}
    answer = await admin.mutate("assignLicense", ASSIGNED, **values)
    assert answer["license"]["user"]["email"] == "admin@example.com"


async def test_the_last_seat_can_be_given(admin: Client, company: Company) -> None:
    await company.buy(PRO=1)
    answer = await admin.mutate("assignLicense", ASSIGNED, **giving(company, "PRO"))
    assert answer["pools"] == [shown_pool(company, "PRO", 1, 1, 0)]


async def test_a_seat_that_was_freed_can_be_given_again_as_a_new_license(admin: Client, company: Company) -> None:
    await company.buy(PRO=1)
    first = await give(company, company.users[0], "PRO")
    await remove_license(company.viewer, license_id=first.id)
    answer = await admin.mutate("assignLicense", ASSIGNED, **giving(company, "PRO"))
    assert answer["license"]["id"] != id_of(first)
    assert answer["pools"] == [shown_pool(company, "PRO", 1, 1, 0)]
    assert await License.all().count() == 2
    assert await broken_invariants() == {}


async def test_bought_seats_of_a_package_off_sale_can_be_given(admin: Client, company: Company) -> None:
    await company.buy(ECO=1)
    await fetch("UPDATE packages SET on_sale = false WHERE code = 'ECO'")
    try:
        answer = await admin.mutate("assignLicense", ASSIGNED, **giving(company, "ECO"))
    finally:
        await fetch("UPDATE packages SET on_sale = true WHERE code = 'ECO'")
    assert answer["pools"] == [shown_pool(company, "ECO", 1, 1, 0)]


async def test_without_a_free_seat_the_others_that_have_one_are_told(admin: Client, company: Company) -> None:
    await company.buy(ECO=3, ADVANCED=1, PRO=1)
    for user, code in zip(company.users[:2], ["PRO", "ADVANCED"], strict=True):
        await give(company, user, code)
    async with nothing_changes():
        answer = await admin.mutate("assignLicense", NO_SEAT, **giving(company, "PRO", 2))
    assert answer == no_seat(1, shown_pool(company, "PRO", 1, 1, 0), shown_pool(company, "ECO", 3, 0, 0))


async def test_alternatives_come_lowest_tier_first(admin: Client, company: Company) -> None:
    await company.buy(PRO=1, ECO=1)
    async with nothing_changes():
        answer = await admin.mutate("assignLicense", NO_SEAT, **giving(company, "ADVANCED"))
    alternatives = [shown_pool(company, "ECO", 1, 0, 0), shown_pool(company, "PRO", 1, 0, 0)]
    assert answer == no_seat(0, shown_pool(company, "ADVANCED", 0, 0, 0), *alternatives)


async def test_without_any_purchase_there_is_no_seat(admin: Client, company: Company, other_company: Company) -> None:
    await other_company.buy(PRO=5)
    async with nothing_changes():
        answer = await admin.mutate("assignLicense", NO_SEAT, **giving(company, "PRO"))
    assert answer == no_seat(0, shown_pool(company, "PRO", 0, 0, 0))


async def test_seats_that_are_not_paid_yet_cannot_be_given(admin: Client, company: Company) -> None:
    await company.put_in_cart(PRO=5)
    await company.validate()
    async with nothing_changes():
        answer = await admin.mutate("assignLicense", NO_SEAT, **giving(company, "PRO"))
    assert answer == no_seat(0, shown_pool(company, "PRO", 0, 0, 0))


@pytest.mark.parametrize(("activated", "state"), [(False, "ASSIGNED"), (True, "ACTIVE")])
async def test_who_holds_a_license_is_told_with_it(
    admin: Client, company: Company, activated: bool, state: str
) -> None:
    await company.buy(ECO=1, PRO=1)
    ann = company.users[0]
    held = await give(company, ann, "PRO", activated=activated)
    for code in ["PRO", "ECO", "ADVANCED"]:
        async with nothing_changes():
            answer = await admin.mutate("assignLicense", ALREADY, **giving(company, code))
        shown = await shown_license(company, held, "PRO", ann, state)
        message = "This user already holds a license."
        assert answer == refusal("AlreadyLicensedError", "ALREADY_LICENSED", message, license=shown)


async def test_ids_that_lead_nowhere_are_not_found(admin: Client, company: Company) -> None:
    await company.buy(PRO=1)
    values = giving(company, "PRO")
    for given in [*wrong_ids("User"), encode_id("User", company.account_id), values["packageId"]]:
        await assert_not_found(admin, "assignLicense", "User", given, **(values | {"userId": given}))
    for given in [*wrong_ids("Package"), encode_id("Package", company.users[0].id), values["userId"]]:
        await assert_not_found(admin, "assignLicense", "Package", given, **(values | {"packageId": given}))


async def test_a_user_of_another_account_is_not_found(
    admin: Client, company: Company, other_company: Company
) -> None:
    await company.buy(PRO=1)
    await other_company.buy(PRO=1)
    theirs = other_company.users[0]
    values = giving(company, "PRO") | {"userId": id_of(theirs)}
    await assert_not_found(admin, "assignLicense", "User", theirs.id, **values)


async def test_a_standard_user_may_not(standard: Client, company: Company) -> None:
    await company.buy(PRO=1)
    await assert_not_permitted(standard, "assignLicense", "ASSIGN_LICENSES", **giving(company, "PRO"))
    values = giving(company, "PRO") | {"idempotencyKey": ""}
    await assert_not_permitted(standard, "assignLicense", "ASSIGN_LICENSES", **values)


async def test_signed_out_is_a_top_level_error(client: Client, company: Company) -> None:
    await company.buy(PRO=1)
    for given in [encode_id("User", new_id()), "malformed"]:
        await assert_unauthenticated(client, "assignLicense", **(giving(company, "PRO") | {"userId": given}))


async def test_values_of_a_wrong_type_are_a_top_level_error(admin: Client, company: Company) -> None:
    await company.buy(PRO=1)
    for wrong in [
        {"userId": None},
        {"userId": True},
        {"packageId": None},
        {"packageId": ["x", "y"]},
        {"idempotencyKey": 7},
        {"idempotencyKey": {"key": "x"}},
        {"licenseId": "x"},
    ]:
        await assert_bad_variables(admin, "assignLicense", **(giving(company, "PRO") | wrong))
