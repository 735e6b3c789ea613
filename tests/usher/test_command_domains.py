"""usher domain: approve, refuse and withdraw."""

from datetime import timedelta
from typing import Any

import pytest

from models.database.clock import now
from models.database.connection import fetch
from models.database.ids import new_id
from models.operations.people.add_domain import add_domain
from models.operations.people.approve_domain import approve_domain
from models.tables import Account, Domain, DomainProof, DomainState, Event
from tests.support.client import Client
from tests.support.company import Company
from tests.support.processes import Finished
from tests.support.refused_command import assert_refused
from tests.support.signed_in import admin
from tests.support.unchanged import nothing_changes
from tests.usher.conftest import Run

__all__ = ["admin"]

HEAD = "account\tname\tfirst administrator\tclaimed\tstate\tTXT record"
PROVIDER = "name: gmail.com is a public mailbox provider: no account can claim it."
SUFFIX = "is a public suffix, under which anybody may register names: no account can claim it."


def shown(company: Company) -> str:
    """An account as the command names it."""
    return f"Company of {company.domain} (account {company.account_id}, admin@{company.domain})"


def listed(done: Finished) -> list[list[str]]:
    """The rows of the list of claims that a command printed, without what the name servers said."""
    head, *lines = done.out.splitlines()
    assert head == HEAD
    rows = [line.split("\t") for line in lines if "\t" in line]
    assert all(row[-1].startswith("not found") for row in rows)
    return [row[:-1] for row in rows]


def row_of(company: Company, state: str, days: int = 0) -> list[str]:
    """The row of a claim that was made so many days ago."""
    age = f"{now() - timedelta(days=days):%Y-%m-%d}, {days} days ago"
    return [str(company.account_id), f"Company of {company.domain}", f"admin@{company.domain}", age, state]


async def claim(company: Company, name: str = "example.net") -> Domain:
    return await add_domain(company.viewer, name=name)


async def last_event(company: Company) -> tuple[str, Any]:
    event = await Event.filter(account_id=company.account_id, version__isnull=False).order_by("-version").first()
    assert event is not None
    assert event.actor_id is None
    assert event.version == (await Account.get(id=company.account_id)).version
    return event.type, event.data


async def test_a_claim_is_listed_and_approved_and_again_changes_nothing(run: Run, company: Company) -> None:
    mine = await claim(company)
    await fetch("UPDATE domains SET created_at = created_at - interval '3 days' WHERE id = $1", mine.id)
    done = await run("domain", "approve", " EXAMPLE.Net. ", "--yes")
    assert (done.code, done.err) == (0, "")
    assert listed(done) == [row_of(company, "PENDING", days=3)]
    assert done.out.splitlines()[-1] == f"example.net is approved for {shown(company)}."
    approved = await Domain.get(id=mine.id)
    assert (approved.state, approved.approved_by) == (DomainState.APPROVED, DomainProof.OPERATOR)
    assert await last_event(company) == ("domain.approved", {"domain_id": str(mine.id), "name": "example.net"})
    async with nothing_changes():
        again = await run("domain", "approve", "example.net", "--yes")
    assert again.code == 0
    assert listed(again) == [row_of(company, "APPROVED by OPERATOR", days=3)]


@pytest.mark.parametrize("command", ["approve", "refuse", "withdraw"])
async def test_nothing_is_done_unless_the_operator_says_yes(run: Run, company: Company, command: str) -> None:
    name = "example.com" if command == "withdraw" else (await claim(company)).name
    async with nothing_changes():
        done = await run("domain", command, name)
    assert done.code == 1
    assert f"{command.capitalize()} {name} " in done.out
    assert f"{shown(company)}? [y/N]" in done.out


async def test_a_domain_in_its_own_script_is_approved_by_that_name(run: Run, company: Company) -> None:
    mine = await claim(company, "b\u00fccher.example.com")
    done = await run("domain", "approve", "B\u00fccher.example.com", "--yes")
    assert (done.code, done.err) == (0, "")
    assert (await Domain.get(id=mine.id)).state is DomainState.APPROVED


@pytest.mark.parametrize("command", ["approve", "refuse"])
async def test_a_domain_that_nobody_claims_is_refused(run: Run, company: Company, command: str) -> None:
    text = "Nobody claims sub.example.com. An administrator of the account adds it first."
    other = new_id()
    async with nothing_changes():
        assert_refused(await run("domain", command, "sub.example.com", "--yes"), text)
        done = await run("domain", command, "example.com", "--yes", "--account", str(other))
    assert (done.code, done.err) == (2, f"usher: The account {other} does not claim example.com.\n")


@pytest.mark.parametrize("command", ["approve", "refuse"])
async def test_of_several_claims_one_must_be_chosen(
    run: Run, company: Company, other_company: Company, command: str
) -> None:
    claims = [await claim(each) for each in (company, other_company)]
    async with nothing_changes():
        done = await run("domain", command, "example.net", "--yes")
    assert (done.code, done.err) == (2, "usher: Several accounts claim example.net: say which with --account.\n")
    assert listed(done) == [row_of(company, "PENDING"), row_of(other_company, "PENDING")]
    chosen = await run("domain", command, "example.net", "--yes", "--account", str(other_company.account_id))
    assert chosen.code == 0
    assert shown(other_company) in chosen.out.splitlines()[-1]
    states = [(await Domain.get(id=each.id)).state for each in claims]
    assert states == [DomainState.PENDING, DomainState.APPROVED if command == "approve" else DomainState.REFUSED]


async def test_a_domain_approved_for_another_account_is_not_approved_again(
    run: Run, company: Company, other_company: Company
) -> None:
    for each in (company, other_company):
        await claim(each)
    await approve_domain(other_company.account_id, name="example.net")
    async with nothing_changes():
        done = await run("domain", "approve", "example.net", "--yes", "--account", str(company.account_id))
    assert done.code == 2
    assert done.err == "usher: The domain example.net is approved for another account.\n"
    assert [row[-1] for row in listed(done)] == ["PENDING", "APPROVED by OPERATOR"]


async def test_what_nobody_can_own_is_not_approved_though_it_was_claimed(run: Run, company: Company) -> None:
    mine = await claim(company)
    for name, text in [
        ("gmail.com", PROVIDER),
        ("co.uk", f"name: co.uk {SUFFIX}"),
        ("github.io", f"name: github.io {SUFFIX}"),
    ]:
        # As before there was a rule against it.
        await fetch("UPDATE domains SET name = $2 WHERE id = $1", mine.id, name)
        async with nothing_changes():
            assert_refused(await run("domain", "approve", name.upper(), "--yes"), text)
    assert (await run("domain", "refuse", "github.io", "--yes")).code == 0
    assert (await Domain.get(id=mine.id)).state is DomainState.REFUSED


async def test_a_refused_claim_is_seen_by_its_account_and_can_be_approved(
    run: Run, company: Company, admin: Client
) -> None:
    mine = await claim(company)
    done = await run("domain", "refuse", "example.net", "--yes")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[-1] == f"example.net is refused to {shown(company)}."
    assert await last_event(company) == ("domain.refused", {"domain_id": str(mine.id), "name": "example.net"})
    states = {each["name"]: each["state"] for each in (await domains(admin))}
    assert states == {"example.com": "APPROVED", "example.net": "REFUSED"}
    async with nothing_changes():
        assert (await run("domain", "refuse", "example.net", "--yes")).code == 0
    assert (await run("domain", "approve", "example.net", "--yes")).code == 0
    assert (await Domain.get(id=mine.id)).state is DomainState.APPROVED


async def test_an_approved_claim_can_be_refused_and_its_people_stay(run: Run, company: Company) -> None:
    async with nothing_changes("accounts", "domains", "events"):
        assert (await run("domain", "refuse", "example.com", "--yes")).code == 0
    row = await Domain.get(account_id=company.account_id)
    assert (row.state, row.approved_at, row.approved_by, row.check_at) == (DomainState.REFUSED, None, None, None)


async def test_a_withdrawn_approval_leaves_a_claim_that_waits(run: Run, company: Company, admin: Client) -> None:
    async with nothing_changes("accounts", "domains", "events"):
        done = await run("domain", "withdraw", "example.com", "--yes")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[-1] == f"example.com is withdrawn from {shown(company)}."
    row = await Domain.get(account_id=company.account_id)
    assert (row.state, row.approved_at, row.approved_by) == (DomainState.PENDING, None, None)
    assert row.check_at is not None
    data = {"domain_id": str(row.id), "name": "example.com", "reason": "OPERATOR"}
    assert await last_event(company) == ("domain.withdrawn", data)
    assert [each["state"] for each in await domains(admin)] == ["PENDING"]
    async with nothing_changes():
        again = await run("domain", "withdraw", "example.com", "--yes")
    assert (again.code, again.err) == (2, "usher: example.com is approved for no account.\n")


async def domains(client: Client) -> list[dict[str, str]]:
    return (await client.run("{ account { domains { name state } } }"))["account"]["domains"]
