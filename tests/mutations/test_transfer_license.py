"""transferLicense over HTTP."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from api.schema.ids import encode_id
from models.database.ids import new_id
from models.operations.licensing.change_license import change_license
from models.operations.licensing.remove_license import remove_license
from models.tables import License, LicenseEnd, User
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
from tests.support.shown import LICENSE, POOL, shown_license, shown_pool
from tests.support.unchanged import nothing_changes

TRANSFERRED = f"... on LicenseTransferred {{ license {LICENSE} ended {LICENSE} pools {POOL} }}"
ALREADY = f"... on AlreadyLicensedError {{ license {LICENSE} }}"


async def transfer(client: Client, license: License, user: User, fields: str = TRANSFERRED) -> dict[str, Any]:
    return await client.mutate("transferLicense", fields, licenseId=id_of(license), toUserId=id_of(user))


def already(license: dict[str, Any]) -> dict[str, Any]:
    message = "This user already holds a license."
    return refusal("AlreadyLicensedError", "ALREADY_LICENSED", message, license=license)


@pytest.mark.parametrize("activated", [False, True])
async def test_the_seat_changes_hands_and_the_new_holder_activates_anew(
    admin: Client, company: Company, activated: bool
) -> None:
    await company.buy(PRO=2)
    ann, ben, cleo = company.users
    await give(company, cleo, "PRO", activated=True)
    old = await give(company, ann, "PRO", activated=activated)
    async with nothing_changes(*MOVES_A_SEAT), records(company, "license.transferred") as events:
        answer = await transfer(admin, old, ben)
    held = await held_by(ben)
    assert held is not None
    assert answer == {
        "__typename": "LicenseTransferred",
        "license": await shown_license(company, held, "PRO", ben, "ASSIGNED"),
        "ended": await shown_license(company, old, "PRO", ann, "ENDED"),
        "pools": [shown_pool(company, "PRO", 2, 2, 1)],
    }
    assert answer["license"]["activatedAt"] is None
    ended = await License.get(id=old.id)
    assert (ended.end_reason, ended.link_event_id) == (LicenseEnd.TRANSFERRED, None)
    assert ended.activated_at == old.activated_at
    assert events[0]["data"] == {
        "license_id": str(held.id),
        "ended_license_id": str(old.id),
        "user_id": str(ben.id),
        "from_user_id": str(ann.id),
        "package_id": str(old.package_id),
        "activated": activated,
    }
    assert events[0]["pools"] == [counts_json(company, "PRO", 2, 2, 1)]
    assert held.link_event_id == events[0]["id"]
    assert await held_by(ann) is None
    assert (await company.counts())["PRO"] == (2, 2, 1)
    assert await broken_invariants() == {}


async def test_the_old_holders_link_is_dead_and_the_new_holders_works(
    admin: Client, client: Client, company: Company
) -> None:
    await company.buy(PRO=1)
    ann, ben, _ = company.users
    old = await give(company, ann, "PRO")
    token = await activation_token(old)
    await transfer(admin, old, ben)
    async with nothing_changes():
        assert (await client.mutate("activateLicense", "", token=token))["__typename"] == "TokenInvalidError"
    held = await held_by(ben)
    assert held is not None
    answer = await client.mutate("activateLicense", "", token=await activation_token(held))
    assert answer["__typename"] == "LicenseActivated"
    assert (await company.counts())["PRO"] == (1, 1, 1)


async def test_a_seat_can_come_back(admin: Client, company: Company) -> None:
    await company.buy(PRO=1)
    ann, ben, _ = company.users
    await transfer(admin, await give(company, ann, "PRO", activated=True), ben)
    held = await held_by(ben)
    assert held is not None
    answer = await transfer(admin, held, ann)
    assert (answer["license"]["user"]["email"], answer["license"]["state"]) == ("ann@example.com", "ASSIGNED")
    assert answer["pools"] == [shown_pool(company, "PRO", 1, 1, 0)]
    assert await License.all().count() == 3
    assert await broken_invariants() == {}


@pytest.mark.parametrize(("activated", "state"), [(False, "ASSIGNED"), (True, "ACTIVE")])
async def test_the_holder_holds_it_already(admin: Client, company: Company, activated: bool, state: str) -> None:
    await company.buy(PRO=2)
    ann = company.users[0]
    held = await give(company, ann, "PRO", activated=activated)
    async with nothing_changes():
        answer = await transfer(admin, held, ann, ALREADY)
    assert answer == already(await shown_license(company, held, "PRO", ann, state))


async def test_who_holds_another_license_is_told_with_it(admin: Client, company: Company) -> None:
    await company.buy(ECO=1, PRO=1)
    ann, ben, _ = company.users
    held, theirs = await give(company, ann, "PRO"), await give(company, ben, "ECO", activated=True)
    async with nothing_changes():
        answer = await transfer(admin, held, ben, ALREADY)
    assert answer == already(await shown_license(company, theirs, "ECO", ben, "ACTIVE"))


async def test_the_same_transfer_again_is_not_found(admin: Client, company: Company) -> None:
    await company.buy(PRO=1)
    ann, ben, cleo = company.users
    old = await give(company, ann, "PRO")
    await transfer(admin, old, ben)
    for user in (ben, cleo):
        await assert_not_found(
            admin, "transferLicense", "License", old.id, licenseId=id_of(old), toUserId=id_of(user)
        )


async def test_a_license_that_was_removed_or_changed_is_not_found(admin: Client, company: Company) -> None:
    await company.buy(ECO=2, PRO=1)
    ann, ben, cleo = company.users
    removed, changed = await give(company, ann, "ECO"), await give(company, ben, "ECO")
    await remove_license(company.viewer, license_id=removed.id)
    await change_license(company.viewer, license_id=changed.id, package_id=company.packages["PRO"].id)
    for ended in [removed, changed]:
        values = {"licenseId": id_of(ended), "toUserId": id_of(cleo)}
        await assert_not_found(admin, "transferLicense", "License", ended.id, **values)


async def test_of_ten_transfers_of_one_license_at_once_one_is_made(admin: Client, company: Company) -> None:
    await company.buy(PRO=1)
    users = [await company.add_user(f"User{n}") for n in range(10)]
    old = await give(company, company.users[0], "PRO", activated=True)
    async with records(company, "license.transferred"):
        answers = await asyncio.gather(*(transfer(admin, old, user) for user in users))
    assert Counter(answer["__typename"] for answer in answers) == {"LicenseTransferred": 1, "NotFoundError": 9}
    assert (await company.counts())["PRO"] == (1, 1, 0)
    assert await broken_invariants() == {}


async def test_of_ten_transfers_to_one_user_at_once_one_is_made(admin: Client, company: Company) -> None:
    await company.buy(PRO=10)
    users = [await company.add_user(f"User{n}") for n in range(10)]
    held = [await give(company, user, "PRO") for user in users]
    ann = company.users[0]
    async with records(company, "license.transferred"):
        answers = await asyncio.gather(*(transfer(admin, license, ann) for license in held))
    assert Counter(answer["__typename"] for answer in answers) == {"LicenseTransferred": 1, "AlreadyLicensedError": 9}
    assert (await company.counts())["PRO"] == (10, 10, 0)
    assert await broken_invariants() == {}


async def test_ids_that_lead_nowhere_are_not_found(admin: Client, company: Company) -> None:
    await company.buy(PRO=1)
    held = await give(company, company.users[0], "PRO")
    license_id, user_id = id_of(held), id_of(company.users[1])
    for given in [*wrong_ids("License"), user_id]:
        await assert_not_found(admin, "transferLicense", "License", given, licenseId=given, toUserId=user_id)
    for given in [*wrong_ids("User"), license_id, encode_id("User", held.id)]:
        await assert_not_found(admin, "transferLicense", "User", given, licenseId=license_id, toUserId=given)


async def test_nothing_passes_between_accounts(admin: Client, company: Company, other_company: Company) -> None:
    await company.buy(PRO=1)
    await other_company.buy(PRO=1)
    ours = await give(company, company.users[0], "PRO")
    theirs = await give(other_company, other_company.users[0], "PRO")
    stranger = other_company.users[1]
    values = {"licenseId": id_of(theirs), "toUserId": id_of(company.users[1])}
    await assert_not_found(admin, "transferLicense", "License", theirs.id, **values)
    values = {"licenseId": id_of(ours), "toUserId": id_of(stranger)}
    await assert_not_found(admin, "transferLicense", "User", stranger.id, **values)


async def test_signed_out_is_a_top_level_error(client: Client, company: Company) -> None:
    for given in [encode_id("License", new_id()), "malformed"]:
        await assert_unauthenticated(client, "transferLicense", licenseId=given, toUserId=given)


async def test_ids_of_a_wrong_type_are_a_top_level_error(admin: Client, company: Company) -> None:
    values = {"licenseId": encode_id("License", new_id()), "toUserId": id_of(company.users[1])}
    for wrong in [{"licenseId": None}, {"licenseId": True}, {"toUserId": None}, {"toUserId": ["x", "y"]}]:
        await assert_bad_variables(admin, "transferLicense", **(values | wrong))
