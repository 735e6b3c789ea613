"""removeLicense over HTTP."""

import asyncio

import pytest

from api.schema.ids import encode_id
from models.database.ids import new_id
from models.operations.licensing.change_license import change_license
from models.tables import License, LicenseEnd
from tests.support.client import Client
from tests.support.company import Company
from tests.support.licensing import MOVES_A_SEAT, activation_token, give, held_by, id_of
from tests.support.recorded import broken_invariants, counts_json, records
from tests.support.refusals import (
    assert_bad_variables,
    assert_not_found,
    assert_unauthenticated,
    other_spellings,
    wrong_ids,
)
from tests.support.shown import LICENSE, POOL, shown_license, shown_pool
from tests.support.unchanged import nothing_changes

REMOVED = f"... on LicenseRemoved {{ license {LICENSE} pools {POOL} }}"


@pytest.mark.parametrize("activated", [False, True])
async def test_the_seat_is_free_again_and_stays_purchased(admin: Client, company: Company, activated: bool) -> None:
    await company.buy(PRO=2)
    ann = company.users[0]
    held = await give(company, ann, "PRO", activated=activated)
    assert (await company.counts())["PRO"] == (2, 1, int(activated))
    async with nothing_changes(*MOVES_A_SEAT), records(company, "license.removed") as events:
        answer = await admin.mutate("removeLicense", REMOVED, licenseId=id_of(held))
    assert answer == {
        "__typename": "LicenseRemoved",
        "license": await shown_license(company, held, "PRO", ann, "ENDED"),
        "pools": [shown_pool(company, "PRO", 2, 0, 0)],
    }
    row = await License.get(id=held.id)
    assert (row.end_reason, row.ended_at is not None, row.link_event_id) == (LicenseEnd.REMOVED, True, None)
    assert row.activated_at == held.activated_at
    assert events[0]["data"] == {
        "license_id": str(held.id),
        "user_id": str(ann.id),
        "package_id": str(held.package_id),
        "activated": activated,
    }
    assert events[0]["pools"] == [counts_json(company, "PRO", 2, 0, 0)]
    assert await held_by(ann) is None
    assert await company.counts() == {"ECO": (0, 0, 0), "ADVANCED": (0, 0, 0), "PRO": (2, 0, 0)}
    assert await broken_invariants() == {}


async def test_other_licenses_stay(admin: Client, company: Company) -> None:
    await company.buy(PRO=2)
    ann, ben, _ = company.users
    first, second = await give(company, ann, "PRO", activated=True), await give(company, ben, "PRO", activated=True)
    answer = await admin.mutate("removeLicense", REMOVED, licenseId=id_of(first))
    assert answer["pools"] == [shown_pool(company, "PRO", 2, 1, 1)]
    held = await held_by(ben)
    assert held is not None
    assert held.id == second.id


@pytest.mark.parametrize("activated", [False, True])
async def test_removing_again_answers_the_same(admin: Client, company: Company, activated: bool) -> None:
    await company.buy(PRO=2)
    held = await give(company, company.users[0], "PRO", activated=activated)
    first = await admin.mutate("removeLicense", REMOVED, licenseId=id_of(held))
    async with nothing_changes():
        assert await admin.mutate("removeLicense", REMOVED, licenseId=id_of(held)) == first


async def test_removals_at_once_free_one_seat(admin: Client, company: Company) -> None:
    await company.buy(PRO=3)
    held = await give(company, company.users[0], "PRO", activated=True)
    await give(company, company.users[1], "PRO", activated=True)
    async with records(company, "license.removed"):
        tries = [admin.mutate("removeLicense", REMOVED, licenseId=id_of(held)) for _ in range(20)]
        answers = await asyncio.gather(*tries)
    assert answers == [answers[0]] * 20
    assert answers[0]["pools"] == [shown_pool(company, "PRO", 3, 1, 1)]
    assert await broken_invariants() == {}


async def test_removing_and_activating_at_once_leaves_the_counts_right(
    admin: Client, client: Client, company: Company
) -> None:
    await company.buy(PRO=8)
    users = [await company.add_user(f"User{n}") for n in range(8)]
    held = [await give(company, user, "PRO") for user in users]
    tokens = [await activation_token(license) for license in held]
    answers = await asyncio.gather(
        *(client.mutate("activateLicense", "", token=token) for token in tokens),
        *(admin.mutate("removeLicense", "", licenseId=id_of(license)) for license in held),
    )
    activated = sum(answer["__typename"] == "LicenseActivated" for answer in answers[:8])
    assert await License.filter(activated_at__not_isnull=True).count() == activated
    assert [answer["__typename"] for answer in answers[8:]] == ["LicenseRemoved"] * 8
    assert (await company.counts())["PRO"] == (8, 0, 0)
    assert await broken_invariants() == {}


async def test_a_license_that_was_changed_has_ended_and_the_new_one_stays(admin: Client, company: Company) -> None:
    await company.buy(ECO=1, PRO=1)
    ann = company.users[0]
    old = await give(company, ann, "ECO")
    await change_license(company.viewer, license_id=old.id, package_id=company.packages["PRO"].id)
    async with nothing_changes():
        answer = await admin.mutate("removeLicense", REMOVED, licenseId=id_of(old))
    assert answer == {
        "__typename": "LicenseRemoved",
        "license": await shown_license(company, old, "ECO", ann, "ENDED"),
        "pools": [shown_pool(company, "ECO", 1, 0, 0)],
    }


async def test_an_id_that_leads_nowhere_is_not_found(admin: Client, company: Company) -> None:
    await company.buy(PRO=1)
    held = await give(company, company.users[0], "PRO")
    for given in [*wrong_ids("License"), encode_id("License", held.user_id), encode_id("User", held.id)]:
        await assert_not_found(admin, "removeLicense", "License", given, licenseId=given)


async def test_an_id_in_another_spelling_is_not_found(admin: Client, company: Company) -> None:
    await company.buy(PRO=1)
    held = await give(company, company.users[0], "PRO")
    for given in other_spellings("License", held.id):
        await assert_not_found(admin, "removeLicense", "License", given, licenseId=given)


async def test_a_license_of_another_account_is_not_found(
    admin: Client, company: Company, other_company: Company
) -> None:
    await other_company.buy(PRO=1)
    theirs = await give(other_company, other_company.users[0], "PRO")
    await assert_not_found(admin, "removeLicense", "License", theirs.id, licenseId=id_of(theirs))


async def test_signed_out_is_a_top_level_error(client: Client, company: Company) -> None:
    for given in [encode_id("License", new_id()), "malformed"]:
        await assert_unauthenticated(client, "removeLicense", licenseId=given)


async def test_an_id_of_a_wrong_type_is_a_top_level_error(admin: Client, company: Company) -> None:
    for wrong in [None, True, 1.5, ["x", "y"], {"id": "x"}]:
        await assert_bad_variables(admin, "removeLicense", licenseId=wrong)
