"""sendActivationLink over HTTP."""

import asyncio
from datetime import datetime, timedelta

import pytest

from api.schema.ids import encode_id
from models.database.clock import now
from models.database.ids import new_id
from models.operations.integrations.create_api_key import create_api_key
from models.operations.licensing.remove_license import remove_license
from models.permissions import Permission
from models.tables import License
from tests.support.client import Client
from tests.support.company import Company
from tests.support.licensing import activation_token, give, id_of
from tests.support.recorded import broken_invariants, records
from tests.support.refusals import (
    assert_bad_variables,
    assert_not_found,
    assert_unauthenticated,
    wrong_ids,
)
from tests.support.shown import LICENSE, shown_license
from tests.support.unchanged import nothing_changes

SENT = f"... on ActivationLinkSent {{ license {LICENSE} }}"
SENT_TYPE = "ActivationLinkSent"
TABLES = ("accounts", "allowances_spent", "events", "licenses")


@pytest.mark.parametrize(("activated", "state"), [(False, "ASSIGNED"), (True, "ACTIVE")])
async def test_a_fresh_link_is_asked_for_and_no_seat_moves(
    admin: Client, company: Company, activated: bool, state: str
) -> None:
    await company.buy(PRO=1)
    ann = company.users[0]
    held = await give(company, ann, "PRO", activated=activated)
    async with nothing_changes(*TABLES), records(company, "activation_link.sent") as events:
        answer = await admin.mutate("sendActivationLink", SENT, licenseId=id_of(held))
    assert answer == {
        "__typename": "ActivationLinkSent",
        "license": await shown_license(company, held, "PRO", ann, state),
    }
    assert events[0]["data"] == {
        "license_id": str(held.id),
        "user_id": str(ann.id),
        "package_id": str(held.package_id),
    }
    assert events[0]["pools"] is None
    assert (await License.get(id=held.id)).link_event_id == events[0]["id"]
    assert await broken_invariants() == {}


async def test_earlier_links_stop_working_and_the_newest_works(
    admin: Client, client: Client, company: Company
) -> None:
    await company.buy(PRO=1)
    held = await give(company, company.users[0], "PRO")
    earlier = []
    for _ in range(2):
        earlier.append(await activation_token(held))
        await admin.mutate("sendActivationLink", SENT, licenseId=id_of(held))
    newest = await activation_token(held)
    async with nothing_changes():
        for token in earlier:
            answer = await client.mutate("activateLicense", "", token=token)
            assert answer["__typename"] == "TokenInvalidError"
    assert (await client.mutate("activateLicense", "", token=newest))["__typename"] == "LicenseActivated"


async def test_links_asked_for_at_once_leave_the_last_one_good(admin: Client, company: Company) -> None:
    await company.buy(PRO=1)
    held = await give(company, company.users[0], "PRO")
    async with records(company, *["activation_link.sent"] * 5) as events:
        tries = [admin.mutate("sendActivationLink", SENT, licenseId=id_of(held)) for _ in range(5)]
        answers = await asyncio.gather(*tries)
    assert {answer["__typename"] for answer in answers} == {"ActivationLinkSent"}
    assert (await License.get(id=held.id)).link_event_id == events[-1]["id"]
    assert await broken_invariants() == {}


async def test_a_holder_is_mailed_five_links_in_a_while_whatever_the_license_and_whoever_asks(
    admin: Client, company: Company
) -> None:
    await company.buy(PRO=2, ECO=1)
    ann, ben = company.users[:2]
    held, others = await give(company, ann, "PRO"), await give(company, ben, "PRO")
    key = await create_api_key(company.viewer, name="Partner", scopes=[Permission.ASSIGN_LICENSES])
    partner = admin.signed_in(key.secret)
    for client in (admin, partner, admin):
        assert (await client.mutate("sendActivationLink", "", licenseId=id_of(held)))["__typename"] == SENT_TYPE
    # Another license of the same person.
    await remove_license(company.viewer, license_id=held.id)
    held = await give(company, ann, "ECO")
    one = "sendActivationLink(input: { licenseId: $id }) { __typename }"
    many = " ".join(f"l{number}: {one}" for number in range(55))
    document = f"mutation ($id: ID!) {{ {many} }}"
    async with records(company, *["activation_link.sent"] * 2, by=key.api_key.id):
        answer = await partner.run(document, id=id_of(held))
    assert [each["__typename"] for each in answer.values()] == [SENT_TYPE] * 2 + ["RateLimitedError"] * 53
    async with nothing_changes():
        refused = await admin.mutate(
            "sendActivationLink", "... on RateLimitedError { retryAt }", licenseId=id_of(held)
        )
    assert (refused["__typename"], refused["code"]) == ("RateLimitedError", "RATE_LIMITED")
    assert now() < datetime.fromisoformat(refused["retryAt"]) <= now() + timedelta(minutes=30)
    assert (await admin.mutate("sendActivationLink", "", licenseId=id_of(others)))["__typename"] == SENT_TYPE


async def test_whoever_may_not_ask_spends_nothing_of_it(
    admin: Client, standard: Client, company: Company, other_admin: Client
) -> None:
    await company.buy(PRO=1)
    held = await give(company, company.users[0], "PRO")
    async with nothing_changes():
        for _ in range(6):
            for client, refusal in ((standard, "NotPermittedError"), (other_admin, "NotFoundError")):
                answer = await client.mutate("sendActivationLink", "", licenseId=id_of(held))
                assert answer["__typename"] == refusal
    assert (await admin.mutate("sendActivationLink", "", licenseId=id_of(held)))["__typename"] == SENT_TYPE


async def test_a_license_that_has_ended_is_not_found(admin: Client, company: Company) -> None:
    await company.buy(PRO=1)
    held = await give(company, company.users[0], "PRO")
    await remove_license(company.viewer, license_id=held.id)
    await assert_not_found(admin, "sendActivationLink", "License", held.id, licenseId=id_of(held))


async def test_an_id_that_leads_nowhere_is_not_found(admin: Client, company: Company) -> None:
    await company.buy(PRO=1)
    held = await give(company, company.users[0], "PRO")
    for given in [*wrong_ids("License"), encode_id("License", held.user_id), encode_id("User", held.id)]:
        await assert_not_found(admin, "sendActivationLink", "License", given, licenseId=given)


async def test_a_license_of_another_account_is_not_found(
    admin: Client, company: Company, other_company: Company
) -> None:
    await other_company.buy(PRO=1)
    theirs = await give(other_company, other_company.users[0], "PRO")
    await assert_not_found(admin, "sendActivationLink", "License", theirs.id, licenseId=id_of(theirs))


async def test_signed_out_is_a_top_level_error(client: Client, company: Company) -> None:
    for given in [encode_id("License", new_id()), "malformed"]:
        await assert_unauthenticated(client, "sendActivationLink", licenseId=given)


async def test_an_id_of_a_wrong_type_is_a_top_level_error(admin: Client, company: Company) -> None:
    for wrong in [None, True, 1.5, ["x", "y"], {"id": "x"}]:
        await assert_bad_variables(admin, "sendActivationLink", licenseId=wrong)
