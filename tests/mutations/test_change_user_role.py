"""changeUserRole over HTTP."""

import asyncio

import pytest

from api.schema.ids import encode_id
from models.tables import Role, User
from tests.support.client import Client
from tests.support.company import Company
from tests.support.recorded import account_version, broken_invariants, records
from tests.support.refusals import (
    assert_bad_variables,
    assert_not_found,
    assert_not_permitted,
    assert_unauthenticated,
    refusal,
    wrong_ids,
)
from tests.support.shown import USER, moment
from tests.support.unchanged import nothing_changes

CHANGED = f"... on UserRoleChanged {{ user {USER} }}"
LAST = refusal(
    "LastAdministratorError",
    "LAST_ADMINISTRATOR",
    "This is the last administrator of the account. Name another one first.",
)


def id_of(user: User) -> str:
    return encode_id("User", user.id)


async def role_of(user: User) -> Role:
    return (await User.get(id=user.id)).role


async def test_a_standard_user_becomes_administrator(admin: Client, company: Company) -> None:
    ann = company.users[0]
    async with nothing_changes("accounts", "users", "events"), records(company, "user.role_changed") as events:
        answer = await admin.mutate("changeUserRole", CHANGED, userId=id_of(ann), role="ADMINISTRATOR")
    assert answer == {
        "__typename": "UserRoleChanged",
        "user": {
            "id": id_of(ann),
            "email": "ann@example.com",
            "firstName": "Ann",
            "lastName": "Example",
            "locale": "en",
            "role": "ADMINISTRATOR",
            "license": None,
            "createdAt": moment(ann.created_at),
        },
    }
    assert await role_of(ann) is Role.ADMINISTRATOR
    assert events[0]["data"] == {"user_id": str(ann.id), "role": "ADMINISTRATOR"}
    assert events[0]["pools"] is None
    assert await broken_invariants() == {}


async def test_the_new_role_counts_at_once_in_sessions_that_are_open(
    admin: Client, standard: Client, company: Company
) -> None:
    ann = company.users[0]
    ask = "{ viewer { permissions } }"
    assert await standard.run(ask) == {"viewer": {"permissions": []}}
    await admin.mutate("changeUserRole", CHANGED, userId=id_of(ann), role="ADMINISTRATOR")
    assert len((await standard.run(ask))["viewer"]["permissions"]) == 9
    await admin.mutate("changeUserRole", CHANGED, userId=id_of(ann), role="STANDARD")
    assert await standard.run(ask) == {"viewer": {"permissions": []}}


async def test_an_administrator_becomes_standard_while_another_stays(admin: Client, company: Company) -> None:
    dora = await company.add_user("Dora", role=Role.ADMINISTRATOR)
    async with records(company, "user.role_changed") as events:
        answer = await admin.mutate("changeUserRole", CHANGED, userId=id_of(dora), role="STANDARD")
    assert (answer["user"]["role"], await role_of(dora)) == ("STANDARD", Role.STANDARD)
    assert events[0]["data"] == {"user_id": str(dora.id), "role": "STANDARD"}


async def test_an_administrator_can_step_down_while_another_stays(admin: Client, company: Company) -> None:
    await company.add_user("Dora", role=Role.ADMINISTRATOR)
    own = id_of(company.administrator)
    answer = await admin.mutate("changeUserRole", CHANGED, userId=own, role="STANDARD")
    assert answer["user"]["role"] == "STANDARD"
    await assert_not_permitted(admin, "changeUserRole", "MANAGE_ROLES", userId=own, role="ADMINISTRATOR")


@pytest.mark.parametrize(("who", "role"), [("ann", "STANDARD"), ("admin", "ADMINISTRATOR")])
async def test_the_same_role_changes_nothing(admin: Client, company: Company, who: str, role: str) -> None:
    user = await User.get(email=f"{who}@example.com")
    async with nothing_changes():
        answer = await admin.mutate("changeUserRole", CHANGED, userId=id_of(user), role=role)
    assert (answer["__typename"], answer["user"]["role"]) == ("UserRoleChanged", role)


async def test_the_last_administrator_stays(admin: Client, company: Company, other_company: Company) -> None:
    async with nothing_changes():
        answer = await admin.mutate("changeUserRole", CHANGED, userId=id_of(company.administrator), role="STANDARD")
    assert answer == LAST


async def test_two_administrators_who_demote_each_other_at_once_leave_one(
    client: Client, admin: Client, company: Company
) -> None:
    ada, dora = company.administrator, await company.add_user("Dora", role=Role.ADMINISTRATOR)
    async with client.signed_in(await company.access_token(dora)) as other:
        for _ in range(20):
            version = await account_version(company.account_id)
            answers = await asyncio.gather(
                admin.mutate("changeUserRole", "", userId=id_of(dora), role="STANDARD"),
                other.mutate("changeUserRole", "", userId=id_of(ada), role="STANDARD"),
            )
            names = sorted(answer["__typename"] for answer in answers)
            assert names in (["LastAdministratorError", "UserRoleChanged"], ["NotPermittedError", "UserRoleChanged"])
            assert sorted([await role_of(ada), await role_of(dora)]) == ["ADMINISTRATOR", "STANDARD"]
            assert await account_version(company.account_id) == version + 1
            await User.filter(id__in=[ada.id, dora.id]).update(role=Role.ADMINISTRATOR)
    assert await broken_invariants() == {}


async def test_of_many_demotions_at_once_the_last_is_refused(admin: Client, company: Company) -> None:
    users = [await company.add_user(f"Admin{n}", role=Role.ADMINISTRATOR) for n in range(5)]
    everybody = [*users, company.administrator]
    tries = [admin.mutate("changeUserRole", "", userId=id_of(user), role="STANDARD") for user in everybody]
    answers = await asyncio.gather(*tries)
    assert await User.filter(account_id=company.account_id, role=Role.ADMINISTRATOR).count() >= 1
    assert {answer["__typename"] for answer in answers} <= {
        "UserRoleChanged",
        "LastAdministratorError",
        "NotPermittedError",
    }
    assert await broken_invariants() == {}


async def test_an_id_that_leads_nowhere_is_not_found(admin: Client, company: Company) -> None:
    for given in [*wrong_ids("User"), encode_id("User", company.account_id)]:
        await assert_not_found(admin, "changeUserRole", "User", given, userId=given, role="ADMINISTRATOR")


async def test_a_user_of_another_account_is_not_found(
    admin: Client, company: Company, other_company: Company
) -> None:
    for user, role in [(other_company.users[0], "ADMINISTRATOR"), (other_company.administrator, "STANDARD")]:
        await assert_not_found(admin, "changeUserRole", "User", user.id, userId=id_of(user), role=role)


async def test_signed_out_is_a_top_level_error(client: Client, company: Company) -> None:
    for given in [id_of(company.users[0]), "malformed"]:
        await assert_unauthenticated(client, "changeUserRole", userId=given, role="ADMINISTRATOR")


async def test_values_of_a_wrong_type_are_a_top_level_error(admin: Client, company: Company) -> None:
    for wrong in [
        {"userId": None},
        {"userId": 1.5},
        {"role": None},
        {"role": "OWNER"},
        {"role": 1},
        {"role": ["STANDARD", "X"]},
    ]:
        values = {"userId": id_of(company.users[0]), "role": "ADMINISTRATOR"} | wrong
        await assert_bad_variables(admin, "changeUserRole", **values)
