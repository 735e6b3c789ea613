"""account.users and its filter."""

from typing import Any

import pytest

from api.schema.ids import encode_id
from models.operations.licensing.remove_license import remove_license
from models.operations.people.add_user import add_user
from models.tables import Role
from tests.support.activation import activate
from tests.support.client import Client
from tests.support.company import Company
from tests.support.shown import USER, moment

USERS = "query ($filter: UserFilter) { account { users(filter: $filter) { totalCount nodes { email } } } }"
# First name, last name and local part of people whose names a careless search would stumble over.
ODD = [
    ("Percy", "100% Sure", "percy"),
    ("Snake", "Case_Name", "snake"),
    ("Back", "Sl\\ash", "back"),
    ("Élodie", "D'Août", "elodie"),
    ("Quote", 'Mc"Quote', "quote"),
    ("Under", "Score", "under_score"),
    ("Plus", "Address", "plus+tag"),
    ("Mixed", "McCase", "Mixed.Case"),
]


@pytest.fixture
async def odd(company: Company) -> None:
    """People with odd names, after Ada, Ann, Ben and Cleo."""
    for first_name, last_name, local_part in ODD:
        await add_user(
            company.viewer,
            email=f"{local_part}@example.com",
            first_name=first_name,
            last_name=last_name,
            locale="en",
            role=Role.STANDARD,
        )


async def found(client: Client, **filter: Any) -> list[str]:
    """The local parts of the addresses of those found."""
    users = (await client.run(USERS, filter=filter))["account"]["users"]
    assert users["totalCount"] == len(users["nodes"])
    return [node["email"].removesuffix("@example.com") for node in users["nodes"]]


async def test_users_are_listed_oldest_first_with_all_their_fields(
    admin: Client, company: Company, other_company: Company
) -> None:
    await company.buy(PRO=1)
    license = await company.assign(company.users[1], "PRO")
    everybody = [company.administrator, *company.users]
    held = {company.users[1].id: {"id": encode_id("License", license.id)}}
    answer = await admin.run(f"{{ account {{ users {{ totalCount nodes {USER} }} }} }}")
    assert answer["account"]["users"] == {
        "totalCount": 4,
        "nodes": [
            {
                "id": encode_id("User", user.id),
                "email": f"{user.first_name.lower()}@example.com"
                if user.last_name == "Example"
                else "admin@example.com",
                "firstName": user.first_name,
                "lastName": user.last_name,
                "locale": "en",
                "role": user.role.value,
                "license": held.get(user.id),
                "createdAt": moment(user.created_at),
            }
            for user in everybody
        ],
    }


@pytest.mark.usefixtures("odd")
async def test_search_looks_into_addresses_and_names_without_regard_to_case(admin: Client) -> None:
    expected = {
        "cleo": ["cleo"],
        "CLEO": ["cleo"],
        "LeO": ["cleo"],
        "cleo@example.com": ["cleo"],
        "admin@": ["admin"],
        "mixed.case": ["Mixed.Case"],
        "MCCASE": ["Mixed.Case"],
        "plus+tag": ["plus+tag"],
        "ada admin": ["admin"],
        "a adm": ["admin"],
        "Ann Example": ["ann"],
        "N EXAMPLE": ["admin", "ann", "ben", "snake", "under_score"],
        "  ben  ": ["ben"],
        "example ann": ["ann"],
        "ann  example": ["ann"],
        "ann\texample.com\u00a0ann": ["ann"],
        "ann ben": [],
        "annexample": [],
        "@example.net": [],
        "élodie": ["elodie"],
        "ÉLODIE D'AOÛT": ["elodie"],
    }
    assert {search: await found(admin, search=search) for search in expected} == expected


@pytest.mark.usefixtures("odd")
async def test_search_takes_every_character_literally(admin: Client) -> None:
    expected = {
        "%": ["percy"],
        "100%": ["percy"],
        "1%0": [],
        "_": ["snake", "under_score"],
        "e_n": ["snake"],
        "a_a": [],
        "\\": ["back"],
        "sl\\ash": ["back"],
        "sl\\\\ash": [],
        "\\%": [],
        "'": ["elodie"],
        '"': ["quote"],
        "*": [],
        ".*": [],
        "?": [],
        "$1": [],
        "{}": [],
        "%s": [],
        ";--": [],
    }
    assert {search: await found(admin, search=search) for search in expected} == expected


async def test_search_for_what_no_name_can_hold_finds_nobody(admin: Client) -> None:
    too_many = " ".join("abcdefghijklmnopqrstu")
    for search in ("\x00", "ann\x00", "\ufffd", "\U0001f600", "x" * 100_000, "%" * 5_000, "a\u0301" * 600, too_many):
        assert await found(admin, search=search) == [], search[:10]


async def test_an_empty_search_finds_everybody(admin: Client) -> None:
    for search in (None, "", "   ", "\t\n", "\u200b", "\u00a0\u3000", "\u0301"):
        assert await found(admin, search=search) == ["admin", "ann", "ben", "cleo"], search


async def test_licensed_tells_those_with_a_license_from_those_without(admin: Client, company: Company) -> None:
    await company.buy(ECO=1, PRO=2)
    ann, ben, cleo = company.users
    await activate(await company.assign(ann, "PRO"))
    await company.assign(ben, "ECO")
    ended = await company.assign(cleo, "PRO")
    await remove_license(company.viewer, license_id=ended.id)
    assert await found(admin, licensed=True) == ["ann", "ben"]
    assert await found(admin, licensed=False) == ["admin", "cleo"]
    assert await found(admin, licensed=None) == ["admin", "ann", "ben", "cleo"]


async def test_a_package_code_chooses_those_who_hold_it_now(admin: Client, company: Company) -> None:
    await company.buy(ECO=1, PRO=2)
    ann, ben, cleo = company.users
    await company.assign(ann, "PRO")
    await company.assign(ben, "ECO")
    ended = await company.assign(cleo, "PRO")
    await remove_license(company.viewer, license_id=ended.id)
    assert await found(admin, packageCode="PRO") == ["ann"]
    assert await found(admin, packageCode="ECO") == ["ben"]
    assert await found(admin, packageCode="ADVANCED") == []


async def test_conditions_given_together_must_all_hold(admin: Client, company: Company) -> None:
    await company.buy(PRO=2)
    await company.assign(company.users[0], "PRO")
    await company.assign(company.users[1], "PRO")
    assert await found(admin, search="example", licensed=True, packageCode="PRO") == ["ann", "ben"]
    assert await found(admin, search="ben", licensed=True, packageCode="PRO") == ["ben"]
    assert await found(admin, search="ben", licensed=True, packageCode="ECO") == []
    assert await found(admin, licensed=False, packageCode="PRO") == []
    assert await found(admin, search="cleo", licensed=False) == ["cleo"]
