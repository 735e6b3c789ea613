"""addDomain over HTTP."""

import asyncio
from typing import Any

import pytest

from api.schema.ids import encode_id
from models.database.connection import fetch
from models.operations.people.add_domain import MOST_DOMAINS, add_domain
from models.operations.people.approve_domain import approve_domain
from models.tables import Domain, DomainState
from tests.support.client import Client
from tests.support.company import Company
from tests.support.recorded import broken_invariants, records
from tests.support.refusals import (
    assert_bad_variables,
    assert_invalid,
    assert_not_permitted,
    assert_unauthenticated,
    call,
)
from tests.support.shown import INVALID_INPUT, moment
from tests.support.unchanged import nothing_changes

DOMAIN = "{ id name state txtName txtValue approvedAt }"
ADDED = f"... on DomainAdded {{ domain {DOMAIN} }}"
NO_DOMAIN = "Not a domain name, for example example.com."


async def shown_domain(company: Company, name: str, state: str) -> dict[str, Any]:
    row = await Domain.get(account_id=company.account_id, name=name)
    return {
        "id": encode_id("Domain", row.id),
        "name": name,
        "state": state,
        "txtName": f"_usher-challenge.{name}",
        "txtValue": row.txt_value,
        "approvedAt": moment(row.approved_at),
    }


async def test_the_claim_waits_for_its_record(admin: Client, company: Company) -> None:
    async with (
        nothing_changes("accounts", "allowances_spent", "domains", "events"),
        records(company, "domain.added") as events,
    ):
        answer = await call(admin, "addDomain", ADDED, name="example.net")
    domain = await shown_domain(company, "example.net", "PENDING")
    assert answer == {"__typename": "DomainAdded", "domain": domain}
    assert domain["approvedAt"] is None
    row = await Domain.get(account_id=company.account_id, name="example.net")
    assert (row.state, row.check_at is not None) == (DomainState.PENDING, True)
    assert events[0]["data"] == {"domain_id": str(row.id), "name": "example.net"}
    assert events[0]["pools"] is None
    assert await broken_invariants() == {}


async def test_each_claim_has_a_value_of_its_own_that_nobody_can_guess(
    admin: Client, company: Company, other_company: Company
) -> None:
    names = ["example.net", "sub.example.net"]
    values = [(await call(admin, "addDomain", ADDED, name=name))["domain"]["txtValue"] for name in names]
    rows = await Domain.filter(name__in=["example.com", "example.org"])
    values += [row.txt_value for row in rows]
    assert len(set(values)) == 4
    prefix = "usher-domain-verification="
    assert {(value.startswith(prefix), len(value.removeprefix(prefix))) for value in values} == {(True, 43)}


@pytest.mark.parametrize("name", ["example.net", "EXAMPLE.Net", " example.net ", "example.net."])
async def test_claiming_again_answers_the_claim_there_is(admin: Client, company: Company, name: str) -> None:
    first = await call(admin, "addDomain", ADDED, name="example.net")
    async with nothing_changes("allowances_spent"):
        assert await call(admin, "addDomain", ADDED, name=name) == first


async def test_claiming_an_approved_domain_again_leaves_it_approved(admin: Client, company: Company) -> None:
    async with nothing_changes("allowances_spent"):
        answer = await call(admin, "addDomain", ADDED, name="example.com")
    assert answer["domain"] == await shown_domain(company, "example.com", "APPROVED")
    assert answer["domain"]["approvedAt"] is not None


async def test_claims_at_once_are_one_claim(admin: Client, company: Company) -> None:
    async with records(company, "domain.added"):
        tries = [call(admin, "addDomain", ADDED, name="example.net") for _ in range(10)]
        answers = await asyncio.gather(*tries)
    assert answers == [answers[0]] * 10
    assert await Domain.filter(name="example.net").count() == 1


async def test_a_domain_of_another_account_can_be_claimed_and_stays_theirs(
    admin: Client, company: Company, other_company: Company
) -> None:
    theirs = await shown_domain(other_company, "example.org", "APPROVED")
    async with records(company, "domain.added"):
        answer = await call(admin, "addDomain", ADDED, name="example.org")
    assert answer["domain"] == await shown_domain(company, "example.org", "PENDING")
    assert answer["domain"]["txtValue"] != theirs["txtValue"]
    assert await shown_domain(other_company, "example.org", "APPROVED") == theirs


async def test_a_refused_claim_is_answered_as_it_stands(admin: Client, company: Company) -> None:
    await call(admin, "addDomain", ADDED, name="example.net")
    await fetch("UPDATE domains SET state = 'REFUSED' WHERE name = 'example.net'")
    async with nothing_changes("allowances_spent"):
        answer = await call(admin, "addDomain", ADDED, name="example.net")
    assert answer["domain"] == await shown_domain(company, "example.net", "REFUSED")


async def test_an_international_name_is_kept_in_its_ascii_form(admin: Client, company: Company) -> None:
    answer = await call(admin, "addDomain", ADDED, name="Bücher.Example")
    assert answer["domain"] == await shown_domain(company, "xn--bcher-kva.example", "PENDING")
    await approve_domain(company.account_id, name="xn--bcher-kva.example")
    async with nothing_changes("allowances_spent"):
        again = await call(admin, "addDomain", ADDED, name="XN--BCHER-KVA.example")
    assert again["domain"] == await shown_domain(company, "xn--bcher-kva.example", "APPROVED")


@pytest.mark.parametrize(
    "name", ["gmail.com", " GoogleMail.com", "yahoo.co.uk", "hotmail.fr.", "qq.com", "orange.fr"]
)
async def test_a_public_mailbox_provider_is_nobody_s(admin: Client, company: Company, name: str) -> None:
    clean = name.strip().lower().removesuffix(".")
    text = f"{clean} is a public mailbox provider: no account can claim it."
    await assert_invalid(admin, "addDomain", {"name": text}, name=name)


@pytest.mark.parametrize(
    "name",
    ["co.uk", "QC.ca", "github.io", "home.arpa", "s3.amazonaws.com", "\u516c\u53f8.cn", "kawasaki.jp", "foo.ck"],
)
async def test_a_public_suffix_is_nobody_s(admin: Client, company: Company, name: str) -> None:
    clean = name.lower().encode("idna").decode()
    text = f"{clean} is a public suffix, under which anybody may register names: no account can claim it."
    await assert_invalid(admin, "addDomain", {"name": text}, name=name)


@pytest.mark.parametrize(
    "name",
    [
        "seats.co.uk",
        "seats.github.io",
        "city.kawasaki.jp",
        "www.ck",
        "mail.gmail.com",
        "corp.newtld",
        "attic.home.arpa",
    ],
)
async def test_a_name_beneath_one_can_be_claimed(admin: Client, company: Company, name: str) -> None:
    answer = await call(admin, "addDomain", ADDED, name=name)
    assert answer["domain"] == await shown_domain(company, name, "PENDING")


@pytest.mark.parametrize("name", ["a" * 63 + ".example.net", ".".join(["a" * 59] * 4) + ".example.net"])
async def test_the_longest_names_fit(admin: Client, company: Company, name: str) -> None:
    answer = await call(admin, "addDomain", ADDED, name=name)
    assert answer["domain"] == await shown_domain(company, name, "PENDING")


async def test_what_is_no_domain_name_is_refused(admin: Client, company: Company) -> None:
    for name in [
        "",
        " ",
        ".",
        "com",
        "localhost",
        "example",
        ".example.net",
        "example..net",
        "example.net..",
        "-example.net",
        "example-.net",
        "exam_ple.net",
        "exam ple.net",
        "example.net/path",
        "https://example.net",
        "ann@example.net",
        "example.net:443",
        "*.example.net",
        "192.0.2.1",
        "[2001:db8::1]",
        "example.123",
        "example.net\x00",
        "exa\x00mple.net",
        "exa\x1fmple.net",
        "example.net\nexample.org",
        "a" * 64 + ".net",
        "xn--a.example",
        "e" * 250 + ".net",
        ".".join(["a" * 60] * 4) + ".example.net",
        "a." * 20_000 + "net",
        "é" * 20_000 + ".net",
        "\ud7ff\ufffe.net",
    ]:
        await assert_invalid(admin, "addDomain", {"name": NO_DOMAIN}, name=name)


async def test_a_standard_user_may_not(standard: Client, company: Company) -> None:
    for name in ["example.net", "example.com", ""]:
        await assert_not_permitted(standard, "addDomain", "MANAGE_DOMAINS", name=name)


async def test_signed_out_is_a_top_level_error(client: Client, company: Company) -> None:
    for name in ["example.net", ""]:
        await assert_unauthenticated(client, "addDomain", name=name)


async def test_a_name_of_a_wrong_type_is_a_top_level_error(admin: Client, company: Company) -> None:
    for name in [None, 5, True, ["example.net", "example.org"], {"name": "example.net"}]:
        await assert_bad_variables(admin, "addDomain", name=name)


async def test_an_account_claims_a_hundred_domains_and_no_more(admin: Client, company: Company) -> None:
    there = await Domain.filter(account_id=company.account_id).count()
    for number in range(MOST_DOMAINS - there):
        await add_domain(company.viewer, name=f"sub{number}.example.net")
    async with nothing_changes("allowances_spent"):
        answer = await call(admin, "addDomain", INVALID_INPUT, name="x.example.net")
    assert answer["fields"] == [{"path": ["name"], "message": "An account claims at most 100 domains."}]
    again = await call(admin, "addDomain", "", name="sub1.example.net")
    assert again == {"__typename": "DomainAdded"}
