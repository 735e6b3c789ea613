"""addUser over HTTP."""

import asyncio
from typing import Any

import orjson
import pytest

from api.schema.ids import encode_id
from models.operations.people.add_domain import add_domain
from models.operations.sign_in.open_account import open_account
from models.tables import Domain, Role, User
from tests.support.client import Client
from tests.support.company import Company
from tests.support.recorded import broken_invariants, records
from tests.support.refusals import (
    assert_bad_variables,
    assert_invalid,
    assert_not_permitted,
    assert_unauthenticated,
    document,
    refusal,
)
from tests.support.shown import USER, moment
from tests.support.unchanged import nothing_changes

ADDED = f"... on UserAdded {{ user {USER} }}"
NOT_APPROVED = "... on DomainNotApprovedError { domain { id name state } }"
TAKEN = refusal("EmailTakenError", "EMAIL_TAKEN", "A user with this e-mail address exists already.")
GOOD = {"email": "dora@example.com", "firstName": "Dora", "lastName": "Example", "locale": "fr-CA"}
EMPTY = "Must not be empty."
CONTROL = "Must not hold control characters."
NO_EMAIL = "Not an e-mail address."
NO_LOCALE = "Not a locale, for example en or fr-CA."


async def shown_user(email: str, **changes: Any) -> dict[str, Any]:
    row = await User.get(email=email)
    user = {
        "id": encode_id("User", row.id),
        "email": email,
        "firstName": "Dora",
        "lastName": "Example",
        "locale": "fr-CA",
        "role": "STANDARD",
        "license": None,
        "createdAt": moment(row.created_at),
    }
    return user | changes


def not_approved(name: str, domain: dict[str, str] | None) -> dict[str, Any]:
    message = f"The domain {name} is not approved for this account."
    return refusal("DomainNotApprovedError", "DOMAIN_NOT_APPROVED", message, domain=domain)


async def test_the_person_is_a_standard_user(admin: Client, company: Company) -> None:
    async with (
        nothing_changes("accounts", "allowances_spent", "events", "users"),
        records(company, "user.added") as events,
    ):
        answer = await admin.mutate("addUser", ADDED, **GOOD)
    assert answer == {"__typename": "UserAdded", "user": await shown_user("dora@example.com")}
    row = await User.get(email="dora@example.com")
    assert (row.account_id, row.role) == (company.account_id, Role.STANDARD)
    assert events[0]["data"] == {"user_id": str(row.id), "email": "dora@example.com", "role": "STANDARD"}
    assert events[0]["pools"] is None
    assert await broken_invariants() == {}


async def test_an_administrator_can_be_added(admin: Client, company: Company) -> None:
    async with records(company, "user.added") as events:
        answer = await admin.mutate("addUser", ADDED, **GOOD, role="ADMINISTRATOR")
    assert answer["user"] == await shown_user("dora@example.com", role="ADMINISTRATOR")
    assert events[0]["data"]["role"] == "ADMINISTRATOR"


@pytest.mark.parametrize("given", [{}, {"locale": None, "role": None}], ids=["left out", "null"])
async def test_language_and_role_have_defaults(admin: Client, company: Company, given: dict[str, None]) -> None:
    values = {name: value for name, value in GOOD.items() if name != "locale"} | given
    answer = await admin.mutate("addUser", ADDED, **values)
    assert answer["user"] == await shown_user("dora@example.com", locale="en", role="STANDARD")


async def test_what_people_type_is_tidied(admin: Client, company: Company) -> None:
    values = {"email": " Dora.X@EXAMPLE.com\n", "firstName": " Dora ", "lastName": "Exe\u0301mple", "locale": "FR-ca"}
    answer = await admin.mutate("addUser", ADDED, **values)
    assert answer["user"] == await shown_user("Dora.X@example.com", lastName="Ex\u00e9mple")


@pytest.mark.parametrize("email", ["ann@example.com", "ANN@Example.COM", "Ann@example.com", " ann@EXAMPLE.com "])
async def test_an_address_is_taken_whatever_its_case(admin: Client, company: Company, email: str) -> None:
    async with nothing_changes("allowances_spent"):
        assert await admin.mutate("addUser", ADDED, **(GOOD | {"email": email})) == TAKEN


async def test_an_address_of_a_user_of_another_account_is_taken(admin: Client, company: Company) -> None:
    names = {"company_name": "Elsewhere", "first_name": "Dora", "last_name": "Example"}
    await open_account(**names, email="DORA@example.com", locale="en", caller=None)
    async with nothing_changes("allowances_spent"):
        assert await admin.mutate("addUser", ADDED, **GOOD) == TAKEN


async def test_of_ten_at_once_with_one_address_one_is_added(admin: Client, company: Company) -> None:
    async with records(company, "user.added"):
        tries = [
            admin.mutate("addUser", ADDED, **(GOOD | {"email": email}))
            for email in ["dora@example.com", "DORA@example.com"] * 5
        ]
        answers = await asyncio.gather(*tries)
    assert [answer for answer in answers if answer["__typename"] != "UserAdded"] == [TAKEN] * 9
    assert await User.filter(email__iexact="dora@example.com").count() == 1


async def test_an_approved_domain_admits_no_domain_that_looks_like_it(admin: Client, company: Company) -> None:
    for name in [
        "evil-example.com",
        "sub.example.com",
        "example.com.evil.org",
        "example.co",
        "example.comm",
        "xexample.com",
        "example.net",
        "com.example",
    ]:
        async with nothing_changes("allowances_spent"):
            answer = await admin.mutate("addUser", NOT_APPROVED, **(GOOD | {"email": f"dora@{name}"}))
        assert answer == not_approved(name, None)


async def test_a_letter_that_only_looks_the_same_is_another_domain(admin: Client, company: Company) -> None:
    async with nothing_changes("allowances_spent"):
        answer = await admin.mutate("addUser", NOT_APPROVED, **(GOOD | {"email": "dora@ex\u0430mple.com"}))
    assert answer == not_approved("xn--exmple-4nf.com", None)


async def test_a_claim_that_is_not_approved_yet_is_told(admin: Client, company: Company) -> None:
    claim: Domain = await add_domain(company.viewer, name="example.net")
    shown = {"id": encode_id("Domain", claim.id), "name": "example.net", "state": "PENDING"}
    async with nothing_changes("allowances_spent"):
        answer = await admin.mutate("addUser", NOT_APPROVED, **(GOOD | {"email": "dora@Example.NET"}))
    assert answer == not_approved("example.net", shown)


async def test_a_domain_approved_for_another_account_admits_nobody_here(
    admin: Client, company: Company, other_company: Company
) -> None:
    async with nothing_changes("allowances_spent"):
        answer = await admin.mutate("addUser", NOT_APPROVED, **(GOOD | {"email": "dora@example.org"}))
    assert answer == not_approved("example.org", None)


async def test_a_taken_address_of_a_domain_that_is_not_ours_is_not_told(
    admin: Client, company: Company, other_company: Company
) -> None:
    async with nothing_changes("allowances_spent"):
        answer = await admin.mutate("addUser", NOT_APPROVED, **(GOOD | {"email": "ann@example.org"}))
    assert answer == not_approved("example.org", None)


async def test_a_bad_value_is_refused_by_its_field(admin: Client, company: Company) -> None:
    for field, value, text in [
        ("email", "", NO_EMAIL),
        ("email", "dora", NO_EMAIL),
        ("email", "dora@", NO_EMAIL),
        ("email", "@example.com", NO_EMAIL),
        ("email", "dora@example", NO_EMAIL),
        ("email", "dora@example.com@example.com", NO_EMAIL),
        ("email", "dora@example.com\x00", NO_EMAIL),
        ("email", "do\x00ra@example.com", NO_EMAIL),
        ("email", "dora@evil.org\n@example.com", NO_EMAIL),
        ("email", "d" * 65 + "@example.com", NO_EMAIL),
        ("email", "d" * 150_000 + "@example.com", NO_EMAIL),
        ("firstName", "", EMPTY),
        ("firstName", " \n", EMPTY),
        ("firstName", "f" * 101, "At most 100 characters."),
        ("firstName", "Do\x00ra", CONTROL),
        ("lastName", "", EMPTY),
        ("lastName", "l" * 150_000, "At most 100 characters."),
        ("lastName", "Exam\r\nple", CONTROL),
        ("lastName", "Exam\x1bple", CONTROL),
        ("locale", "", NO_LOCALE),
        ("locale", "xx-XX", NO_LOCALE),
        ("locale", "fr\x00", NO_LOCALE),
        ("locale", "f" * 150_000, NO_LOCALE),
    ]:
        await assert_invalid(admin, "addUser", {field: text}, **(GOOD | {field: value}))


async def test_all_bad_values_are_told_at_once(admin: Client, company: Company) -> None:
    bad = {"email": NO_EMAIL, "firstName": EMPTY, "lastName": EMPTY, "locale": NO_LOCALE}
    values = {"email": "dora", "firstName": "", "lastName": "\t", "locale": "xx"}
    await assert_invalid(admin, "addUser", bad, **values)


async def test_half_a_character_is_a_top_level_error(admin: Client, company: Company) -> None:
    values = orjson.dumps({"query": document("addUser"), "variables": {"input": GOOD}})
    body = values.replace(b'"Dora"', rb'"Dora \ud83d"')
    async with nothing_changes():
        response = await admin.http.post("/graphql", content=body, headers={"content-type": "application/json"})
    assert [error["extensions"] for error in response.json()["errors"]] == [{"code": "BAD_REQUEST"}]


async def test_a_standard_user_may_not(standard: Client, company: Company) -> None:
    await assert_not_permitted(standard, "addUser", "MANAGE_USERS", **GOOD)
    await assert_not_permitted(standard, "addUser", "MANAGE_USERS", **(GOOD | {"email": ""}))


async def test_signed_out_is_a_top_level_error(client: Client, company: Company) -> None:
    await assert_unauthenticated(client, "addUser", **GOOD)
    await assert_unauthenticated(client, "addUser", **(GOOD | {"email": ""}))


async def test_values_of_a_wrong_type_are_a_top_level_error(admin: Client, company: Company) -> None:
    for wrong in [
        {"email": None},
        {"email": 5},
        {"firstName": ["Dora", "x"]},
        {"lastName": False},
        {"locale": 1},
        {"role": "OWNER"},
        {"role": "administrator"},
        {"role": 1},
        {"accountId": "x"},
    ]:
        await assert_bad_variables(admin, "addUser", **(GOOD | wrong))
