"""Domains of networks without a way out: claimed, approved, and addresses of people, in the same spellings."""

import pytest

from models.operations.people.approve_domain import approve_domain
from models.tables import User
from tests.support.client import Client
from tests.support.company import Company
from tests.support.refusals import assert_invalid, call
from tests.support.shown import INVALID_INPUT

NAMES = ["corp.local", "seats.test", "intra.internal", "office.lan", "attic.home.arpa"]
NOWHERE = ["foo.localhost", "localhost", "abcdef.onion", "example.invalid", "192.0.2.1", "[192.0.2.1]", "[IPv6:::1]"]
PERSON = {"firstName": "Ann", "lastName": "Example"}


@pytest.mark.parametrize("name", NAMES)
async def test_who_claims_one_can_add_its_people(admin: Client, company: Company, name: str) -> None:
    claimed = await call(admin, "addDomain", "... on DomainAdded { domain { name } }", name=name.upper())
    assert claimed["domain"] == {"name": name}
    await approve_domain(company.account_id, name=name)
    added = await call(admin, "addUser", "... on UserAdded { user { email } }", email=f"ann@{name.title()}", **PERSON)
    assert added == {"__typename": "UserAdded", "user": {"email": f"ann@{name}"}}


@pytest.mark.parametrize("name", NAMES)
async def test_an_account_is_opened_with_an_address_of_one(client: Client, name: str) -> None:
    await call(client, "openAccount", INVALID_INPUT, companyName="Example", email=f"ann@{name}", **PERSON)
    assert [user.email for user in await User.all()] == [f"ann@{name}"]


@pytest.mark.parametrize("name", NOWHERE)
async def test_where_no_mail_can_go_there_is_neither_claim_nor_address(
    admin: Client, company: Company, name: str
) -> None:
    await assert_invalid(admin, "addDomain", {"name": "Not a domain name, for example example.com."}, name=name)
    no_address = {"email": "Not an e-mail address."}
    await assert_invalid(admin, "addUser", no_address, email=f"ann@{name}", **PERSON)
    await assert_invalid(admin, "openAccount", no_address, companyName="Example", email=f"ann@{name}", **PERSON)
    await assert_invalid(admin, "requestSignIn", no_address, email=f"ann@{name}")
