"""account.licenses and its filter."""

from typing import Any

import pytest

from api.schema.ids import encode_id
from models.database.ids import new_id
from models.operations.licensing.remove_license import remove_license
from models.operations.licensing.transfer_license import transfer_license
from models.tables import License, User
from tests.support.activation import activate
from tests.support.answers import codes, refused
from tests.support.client import Client
from tests.support.company import Company
from tests.support.refusals import wrong_ids
from tests.support.shown import LICENSE, shown_license

LICENSES = (
    "query ($filter: LicenseFilter) { account { licenses(filter: $filter) {"
    f" totalCount nodes {LICENSE} pageInfo {{ hasNextPage }} }} }} }}"
)
Held = dict[str, License]


@pytest.fixture
async def held(company: Company) -> Held:
    """Ann: ECO, active. Ben: PRO, removed, then ECO, waiting. Cleo: PRO, ended by handing it to Dora, waiting."""
    await company.buy(ECO=2, PRO=2)
    ann, ben, cleo = company.users
    dora = await company.add_user("Dora")
    held = {"ann": await activate(await company.assign(ann, "ECO")), "removed": await company.assign(ben, "PRO")}
    await remove_license(company.viewer, license_id=held["removed"].id)
    held["ben"] = await company.assign(ben, "ECO")
    held["handed"] = await company.assign(cleo, "PRO")
    done = await transfer_license(company.viewer, license_id=held["handed"].id, to_user_id=dora.id)
    return held | {"dora": done.license}


async def found(client: Client, held: Held, **filter: Any) -> list[str]:
    names = {encode_id("License", license.id): name for name, license in held.items()}
    licenses = (await client.run(LICENSES, filter=filter))["account"]["licenses"]
    assert licenses["totalCount"] == len(licenses["nodes"])
    assert licenses["pageInfo"] == {"hasNextPage": False}
    return [names[node["id"]] for node in licenses["nodes"]]


def user_id(user: User) -> str:
    return encode_id("User", user.id)


async def test_every_license_is_listed_oldest_first_ended_ones_too(
    admin: Client, company: Company, held: Held
) -> None:
    ann, ben, cleo, dora = company.users
    answer = (await admin.run(LICENSES))["account"]["licenses"]
    assert answer["nodes"] == [
        await shown_license(company, held["ann"], "ECO", ann, "ACTIVE"),
        await shown_license(company, held["removed"], "PRO", ben, "ENDED"),
        await shown_license(company, held["ben"], "ECO", ben, "ASSIGNED"),
        await shown_license(company, held["handed"], "PRO", cleo, "ENDED"),
        await shown_license(company, held["dora"], "PRO", dora, "ASSIGNED"),
    ]
    assert answer["totalCount"] == 5
    times = [(node["activatedAt"] is not None, node["endedAt"] is not None) for node in answer["nodes"]]
    assert times == [(True, False), (False, True), (False, False), (False, True), (False, False)]


async def test_a_state_chooses_the_licenses_in_it(admin: Client, held: Held) -> None:
    assert await found(admin, held, state="ACTIVE") == ["ann"]
    assert await found(admin, held, state="ASSIGNED") == ["ben", "dora"]
    assert await found(admin, held, state="ENDED") == ["removed", "handed"]
    assert await found(admin, held, state=None) == ["ann", "removed", "ben", "handed", "dora"]


async def test_a_package_code_chooses_the_licenses_of_it(admin: Client, held: Held) -> None:
    assert await found(admin, held, packageCode="PRO") == ["removed", "handed", "dora"]
    assert await found(admin, held, packageCode="ADVANCED") == []


async def test_a_user_id_chooses_what_the_user_holds_and_held(admin: Client, company: Company, held: Held) -> None:
    ann, ben, _cleo, dora = company.users
    assert await found(admin, held, userId=user_id(ann)) == ["ann"]
    assert await found(admin, held, userId=user_id(ben)) == ["removed", "ben"]
    assert await found(admin, held, userId=user_id(dora)) == ["dora"]
    assert await found(admin, held, userId=user_id(company.administrator)) == []


async def test_an_unknown_user_and_another_account_s_hold_nothing_alike(
    admin: Client, held: Held, other_company: Company
) -> None:
    await other_company.buy(PRO=1)
    await other_company.assign(other_company.users[0], "PRO")
    assert await found(admin, held, userId=user_id(other_company.users[0])) == []
    assert await found(admin, held, userId=encode_id("User", new_id())) == []


async def test_conditions_given_together_must_all_hold(admin: Client, company: Company, held: Held) -> None:
    ben = user_id(company.users[1])
    assert await found(admin, held, state="ENDED", packageCode="PRO", userId=ben) == ["removed"]
    assert await found(admin, held, state="ASSIGNED", packageCode="PRO", userId=ben) == []
    assert await found(admin, held, state="ASSIGNED", packageCode="ECO") == ["ben"]


async def test_a_malformed_user_id_is_refused(admin: Client) -> None:
    for given in wrong_ids("User")[1:]:
        answer = await admin.post(LICENSES, filter={"userId": given})
        assert refused(answer, "NOT_FOUND", "account", "licenses") == {"code": "NOT_FOUND"}, given


async def test_an_unknown_state_is_no_valid_request(admin: Client) -> None:
    answer = await admin.post(LICENSES, filter={"state": "GONE"})
    assert codes(answer) == ["GRAPHQL_VALIDATION_FAILED"]
    assert "data" not in answer
