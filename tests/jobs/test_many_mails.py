"""Many mails at once: over how many connections they go, and what becomes of them when some of these fail."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

import jobs.send_mail
from jobs.send_mail import MailSender
from mailers.config import MailConfig
from mailers.transport import SmtpServer
from models.database.clock import now
from models.database.connection import fetch
from models.tables import Delivery, User
from tests.jobs.conftest import RelayTo
from tests.support.company import Company
from tests.support.links import ask_for_link
from tests.support.mails import run_until_idle
from tests.support.running import free_port
from tests.support.smtp import HANG, HANG_UP, HOLD, MailServer
from tests.support.statements import statements
from tests.support.waiting import until, until_told


@pytest.fixture
async def people(company: Company, relay_to: RelayTo, mail_server: MailServer) -> list[User]:
    """Forty people who are due to be sent a link each; nothing else waits."""
    relay = relay_to(f"smtp://127.0.0.1:{mail_server.port}?starttls=never")
    for number in range(37):
        await company.add_user(f"user{number}")
    await run_until_idle(relay)
    mail_server.tries.clear()
    mail_server.connections = 0
    for user in company.users:
        await ask_for_link(user.email)
    await relay.make_deliveries(now())
    return company.users


@pytest.fixture
def mail_sender(mail_server: MailServer, mail_config: MailConfig) -> MailSender:
    """A mail_sender with three connections at most."""
    return MailSender(SmtpServer.from_url(f"smtp://127.0.0.1:{mail_server.port}?starttls=never"), mail_config, 3)


@asynccontextmanager
async def running(mail_sender: MailSender) -> AsyncIterator[None]:
    """Have a mail_sender work while the block runs."""
    stop = asyncio.Event()
    work = asyncio.create_task(mail_sender.run(stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(work, 20)


async def nothing_waits() -> bool:
    return not await Delivery.exists(sent_at=None, failed_at=None)


async def test_ten_mails_that_wait_open_a_connection_each_and_all_are_sent_once(
    people: list[User], mail_sender: MailSender, mail_server: MailServer
) -> None:
    mail_server.answer("RCPT", HOLD)
    async with running(mail_sender):
        await until(lambda: mail_server.held == 3)
        mail_server.forgive()
        await until_told(nothing_waits)
    assert mail_server.connections == 3
    assert sorted(mail.to for mail in mail_server.taken) == sorted(user.email for user in people)
    assert {
        delivery.attempts for delivery in await Delivery.filter(recipient_id__in=[user.id for user in people])
    } == {1}


async def test_few_mails_go_over_one_connection_in_turn(
    people: list[User], mail_sender: MailSender, mail_server: MailServer
) -> None:
    ids = [user.id for user in people[10:]]
    await fetch("UPDATE deliveries SET failed_at = now() WHERE recipient_id = ANY($1)", ids)
    assert await mail_sender.send_due(now()) == 10
    assert mail_server.connections == 1
    assert [mail.to for mail in mail_server.taken] == [user.email for user in people[:10]]


async def test_what_a_mail_needs_of_the_database_is_asked_for_several_at_once(
    people: list[User], mail_sender: MailSender
) -> None:
    with statements() as sent:
        assert await mail_sender.send_due(now()) == 40
    assert len(sent) < 4 * 40


async def test_a_server_that_takes_fewer_connections_gets_all_over_those(
    people: list[User], mail_sender: MailSender, mail_server: MailServer
) -> None:
    mail_server.most_connections = 1
    async with running(mail_sender):
        await until_told(nothing_waits)
    assert sorted(mail.to for mail in mail_server.taken) == sorted(user.email for user in people)
    # It was asked twice for another, and then no more.
    assert mail_server.connections == 3
    assert {
        delivery.attempts for delivery in await Delivery.filter(recipient_id__in=[user.id for user in people])
    } == {1}


async def test_a_connection_that_breaks_leaves_its_mails_to_the_others(
    people: list[User], mail_sender: MailSender, mail_server: MailServer
) -> None:
    mail_server.answer("RCPT", HANG_UP, to=people[7].email, times=1)
    assert await mail_sender.send_due(now()) == 40
    assert sorted(mail.to for mail in mail_server.taken) == sorted(u.email for u in people if u is not people[7])
    broken = await Delivery.get(recipient_id=people[7].id)
    assert (broken.sent_at, broken.failed_at, broken.attempts, broken.leased_until) == (None, None, 1, None)


async def test_mails_that_hang_hold_up_no_others(
    people: list[User], mail_server: MailServer, mail_config: MailConfig
) -> None:
    """Two of the forty; the rest has no connection to spare but for those that are opened in their place."""
    server = SmtpServer.from_url(f"smtp://127.0.0.1:{mail_server.port}?starttls=never")
    hanging = people[:2]
    for user in hanging:
        mail_server.answer("DATA", HANG, to=user.email)
    stop = asyncio.Event()
    work = asyncio.create_task(MailSender(server, mail_config, 5).run(stop))
    await until(lambda: len(mail_server.tries) == 40)
    await asyncio.sleep(0)
    work.cancel()
    await asyncio.wait({work})
    left = await Delivery.filter(sent_at=None, failed_at=None, recipient_id__in=[user.id for user in people])
    assert {delivery.recipient_id for delivery in left} >= {user.id for user in hanging}
    assert len(mail_server.taken) == 38


async def test_while_the_server_is_away_no_more_is_tried_than_a_batch(
    people: list[User], mail_config: MailConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs.send_mail, "BATCH", 10)
    monkeypatch.setattr(jobs.send_mail, "ENOUGH", 1)
    monkeypatch.setattr(jobs.send_mail, "AWAY_FOR", 3600.0)
    port = free_port()
    async with running(MailSender(SmtpServer.from_url(f"smtp://127.0.0.1:{port}?starttls=never"), mail_config)):
        await until_told(_some_put_off)
    tried = await Delivery.filter(recipient_id__in=[user.id for user in people]).order_by("id")
    assert [delivery.attempts for delivery in tried] == [1] * 10 + [0] * 30


async def _some_put_off() -> bool:
    return await Delivery.filter(sent_at=None, attempts=1, leased_until=None).count() == 10
