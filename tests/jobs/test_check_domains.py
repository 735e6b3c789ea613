"""Claims on domains and the TXT records that prove them, with a real name server."""

import asyncio
from datetime import timedelta

import pytest

from jobs.check_domains import DomainChecker
from jobs.relay import Relay
from jobs.send_mail import MailSender
from mailers.config import MailConfig
from mailers.transport import SmtpServer
from models.database.clock import now
from models.database.connection import fetch
from models.operations.people.add_domain import add_domain
from models.tables import Account, Domain, DomainState, Event
from payments import make_provider
from tests.support.company import Company
from tests.support.dns import BROKEN, GARBAGE, SILENCE, NameServer
from tests.support.links import ask_for_link
from tests.support.smtp import MailServer
from tests.support.unchanged import nothing_changes


async def claim(company: Company, name: str) -> Domain:
    """The company's claim on a domain, due for a look."""
    return await add_domain(company.viewer, name=name)


async def assert_unproven(checker: DomainChecker, domain: Domain) -> None:
    """A look changes nothing but when the next one is."""
    moment = now()
    async with nothing_changes("domains"):
        assert await checker.check_due(moment) == 1
    after = await Domain.get(id=domain.id)
    assert (after.state, after.approved_at) == (DomainState.PENDING, None)
    assert after.check_at == moment + timedelta(minutes=1)


async def test_the_right_record_approves_the_claim(
    company: Company, name_server: NameServer, checker: DomainChecker
) -> None:
    domain = await claim(company, "sales.example.com")
    version = (await Account.get(id=company.account_id)).version
    name_server.records[domain.txt_name] = [["v=spf1 -all"], [domain.txt_value]]
    before = now()
    assert await checker.check_due(before) == 1
    after = await Domain.get(id=domain.id)
    assert after.state is DomainState.APPROVED
    assert after.check_at is None
    assert after.approved_at is not None
    assert before <= after.approved_at <= now()
    event = await Event.get(account_id=company.account_id, version=version + 1)
    assert (event.type, event.actor_id, event.pools) == ("domain.approved", None, None)
    assert event.data == {"domain_id": str(domain.id), "name": "sales.example.com"}
    assert name_server.asked == ["_usher-challenge.sales.example.com"]
    async with nothing_changes():
        assert await checker.check_due(now() + timedelta(days=1)) == 0


async def test_a_record_in_several_strings_is_one_value(
    company: Company, name_server: NameServer, checker: DomainChecker
) -> None:
    domain = await claim(company, "sales.example.com")
    value = domain.txt_value
    name_server.records[domain.txt_name] = [[value[:5], value[5:30], value[30:]]]
    await checker.check_due(now())
    assert (await Domain.get(id=domain.id)).state is DomainState.APPROVED


async def test_a_record_behind_an_alias_counts(
    company: Company, name_server: NameServer, checker: DomainChecker
) -> None:
    domain = await claim(company, "sales.example.com")
    name_server.aliases[domain.txt_name] = "proofs.example.net"
    name_server.records["proofs.example.net"] = [[domain.txt_value]]
    await checker.check_due(now())
    assert (await Domain.get(id=domain.id)).state is DomainState.APPROVED


WRONG = {
    "another value": [["usher-domain-verification=something-else"]],
    "a longer value": [["VALUE."]],
    "a part of the value": [["usher-domain-verification="]],
    "another case": [["UPPER"]],
    "two records that make it together": [["FIRST"], ["SECOND"]],
    "bytes that are no text": [["\\255\\254\\000"]],
    "no TXT record": [],
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_a_wrong_record_proves_nothing(
    company: Company, name_server: NameServer, checker: DomainChecker, wrong: str
) -> None:
    domain = await claim(company, "sales.example.com")
    value = domain.txt_value
    stands_for = {"VALUE.": f"{value}.", "UPPER": value.upper(), "FIRST": value[:9], "SECOND": value[9:]}
    name_server.records[domain.txt_name] = [[stands_for.get(text, text) for text in parts] for parts in WRONG[wrong]]
    await assert_unproven(checker, domain)


@pytest.mark.parametrize("says", ["NXDOMAIN", SILENCE, GARBAGE, BROKEN])
async def test_a_name_server_without_a_good_answer_proves_nothing(
    company: Company, name_server: NameServer, checker: DomainChecker, says: str
) -> None:
    domain = await claim(company, "sales.example.com")
    if says != "NXDOMAIN":
        name_server.records[domain.txt_name] = [[domain.txt_value]]
        name_server.says[domain.txt_name] = says
    await assert_unproven(checker, domain)
    assert set(name_server.asked) == {domain.txt_name}


async def test_a_name_server_that_is_not_there_proves_nothing(company: Company, name_server: NameServer) -> None:
    domain = await claim(company, "sales.example.com")
    async with NameServer() as gone:
        resolver = gone.resolver
    await assert_unproven(DomainChecker(resolver), domain)


async def test_a_name_too_long_to_be_asked_for_proves_nothing(company: Company, checker: DomainChecker) -> None:
    await assert_unproven(checker, await claim(company, ".".join(["a" * 60] * 4) + ".com"))


async def test_a_record_of_the_parent_does_not_approve_a_sub_domain(
    company: Company, name_server: NameServer, checker: DomainChecker
) -> None:
    domain = await claim(company, "sub.example.com")
    for name in ("_usher-challenge.example.com", "example.com", "sub.example.com", "_usher-challenge.com"):
        name_server.records[name] = [[domain.txt_value]]
    await assert_unproven(checker, domain)
    assert name_server.asked == ["_usher-challenge.sub.example.com"]


async def test_the_value_of_another_account_does_not_approve_a_claim(
    company: Company, other_company: Company, name_server: NameServer, checker: DomainChecker
) -> None:
    mine, theirs = await claim(company, "example.net"), await claim(other_company, "example.net")
    assert mine.txt_value != theirs.txt_value
    name_server.records[mine.txt_name] = [[theirs.txt_value]]
    assert await checker.check_due(now()) == 2
    assert (await Domain.get(id=mine.id)).state is DomainState.PENDING
    assert (await Domain.get(id=theirs.id)).state is DomainState.APPROVED


@pytest.mark.parametrize(
    ("waited", "wait"),
    [
        (timedelta(seconds=1), timedelta(minutes=1)),
        (timedelta(seconds=59), timedelta(minutes=1)),
        (timedelta(minutes=10), timedelta(minutes=10)),
        (timedelta(hours=5), timedelta(hours=5)),
        (timedelta(hours=7), timedelta(hours=6)),
        (timedelta(days=400), timedelta(hours=6)),
    ],
)
async def test_the_longer_a_claim_waits_the_later_the_next_look(
    company: Company, checker: DomainChecker, waited: timedelta, wait: timedelta
) -> None:
    domain = await claim(company, "sales.example.com")
    moment = domain.created_at + waited
    assert await checker.check_due(moment) == 1
    assert (await Domain.get(id=domain.id)).check_at == moment + wait
    assert await checker.check_due(moment + wait - timedelta(microseconds=1)) == 0
    assert await checker.check_due(moment + wait) == 1


async def test_claims_are_looked_at_in_portions_and_none_is_forgotten(
    company: Company, name_server: NameServer, checker: DomainChecker
) -> None:
    domains = [await claim(company, f"d{number}.example.com") for number in range(25)]
    name_server.records |= {domain.txt_name: [[domain.txt_value]] for domain in domains}
    moment = now()
    assert [await checker.check_due(moment) for _ in range(3)] == [20, 5, 0]
    (row,) = await fetch("SELECT count(*) FROM domains WHERE state = 'APPROVED' AND name LIKE 'd%.example.com'")
    assert row["count"] == 25


async def test_a_name_server_that_hangs_holds_up_no_mail(
    company: Company,
    name_server: NameServer,
    checker: DomainChecker,
    mail_server: MailServer,
    mail_config: MailConfig,
) -> None:
    for number in range(10):
        domain = await claim(company, f"d{number}.example.com")
        name_server.says[domain.txt_name] = SILENCE
    mail_sender = MailSender(SmtpServer.from_url(f"smtp://127.0.0.1:{mail_server.port}"), mail_config)
    relay, stop = Relay(mail_sender, make_provider("sandbox")), asyncio.Event()
    running = asyncio.create_task(relay.run(stop))
    checking = asyncio.create_task(checker.run())
    await asyncio.wait_for(name_server.was_asked.wait(), 20)
    mail_server.was_tried.clear()
    await ask_for_link("ann@example.com")
    await asyncio.wait_for(mail_server.was_tried.wait(), 20)
    assert await Domain.filter(state=DomainState.PENDING).count() == 10, "no name server has answered yet"
    stop.set()
    checking.cancel()
    await running
