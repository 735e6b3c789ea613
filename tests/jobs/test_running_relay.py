"""The relay as it runs: woken by commits, stopped when it is told, no step held up by another."""

import asyncio
from datetime import datetime, timedelta

import pytest

import jobs.pauses
from jobs.relay import Relay
from jobs.send_mail import MailSender
from mailers.config import MailConfig
from mailers.transport import SmtpServer
from models.access.anonymous_caller import AnonymousCaller, Network
from models.database.clock import now
from models.operations.purchasing.proceed_to_purchase import proceed_to_purchase
from models.operations.sign_in.open_account import open_account
from models.operations.sign_in.request_sign_in import request_sign_in
from models.tables import Delivery
from payments import make_provider
from tests.support.company import Company
from tests.support.links import ask_for_link
from tests.support.mails import run_until_idle
from tests.support.providers import FatalProvider, ProcessDied
from tests.support.smtp import MailServer
from tests.support.waiting import until_told


class WatchedRelay(Relay):
    """A relay that tells when it has found nothing to do."""

    resting: asyncio.Event

    async def round_without_mail(self, moment: datetime) -> bool:
        busy = await super().round_without_mail(moment)
        if not busy:
            self.resting.set()
        return busy


@pytest.mark.parametrize("what", ["a license", "a sign-in link", "an account"])
async def test_a_running_relay_is_woken_by_what_is_committed(
    company: Company,
    mail_server: MailServer,
    mail_config: MailConfig,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
) -> None:
    await company.buy(ECO=1)
    # It does not look by itself while the test runs.
    monkeypatch.setattr(jobs.pauses, "LOOK_EVERY", timedelta(hours=1))
    mail_sender = MailSender(SmtpServer.from_url(f"smtp://127.0.0.1:{mail_server.port}"), mail_config)
    relay, stop = WatchedRelay(mail_sender, make_provider("sandbox")), asyncio.Event()
    relay.resting = asyncio.Event()
    running = asyncio.create_task(relay.run(stop))
    await asyncio.wait_for(relay.resting.wait(), 20)
    await until_told(everything_sent)
    mail_server.was_tried.clear()
    await do(company, what)
    try:
        await asyncio.wait_for(mail_server.was_tried.wait(), 5)
    finally:
        stop.set()
        await asyncio.wait_for(running, 20)
    assert await Delivery.filter(sent_at=None).count() == 0


async def test_a_relay_that_is_stopped_finishes_one_mail_and_leaves_the_rest_to_others(
    company: Company, relay: Relay, mail_server: MailServer
) -> None:
    await company.buy(ECO=3)
    for user in company.users:
        await company.assign(user, "ECO")
    stop = asyncio.Event()
    running = asyncio.create_task(relay.run(stop))
    # In this process: the relay has yet to read the answer to its first mail.
    await asyncio.wait_for(mail_server.was_tried.wait(), 20)
    stop.set()
    await asyncio.wait_for(running, 20)
    assert len(mail_server.tries) == 1
    left = await Delivery.filter(sent_at=None)
    assert [(delivery.leased_until, delivery.attempts) for delivery in left] == [(None, 0)] * 3


async def everything_sent() -> bool:
    """Whether no mail waits, of those that are made."""
    return not await Delivery.exists(sent_at=None)


async def do(company: Company, what: str) -> None:
    """Let something happen that one person is told of."""
    match what:
        case "a license":
            await company.assign(company.users[0], "ECO")
        case "a sign-in link":
            # The relay is to find out whose the address is.
            await request_sign_in(email="ann@example.com", caller=AnonymousCaller((Network("192.0.2.1"),), 100, 1, 1))
        case "an account":
            await open_account(
                company_name="New",
                email="owner@example.net",
                first_name="Ola",
                last_name="Owner",
                locale="en",
                caller=None,
            )


async def test_a_step_that_fails_stops_no_other(
    company: Company, relay: Relay, mail_server: MailServer, mail_config: MailConfig
) -> None:
    await company.put_in_cart(ECO=1)
    purchase = await company.validate()
    with pytest.raises(ProcessDied):
        await proceed_to_purchase(
            company.viewer,
            purchase_id=purchase.id,
            accept_licenses=True,
            payment_method="pm_card_visa",
            idempotency_key="dies",
            provider=FatalProvider(),
        )
    await ask_for_link(company.users[0].email)
    moment = now() + timedelta(minutes=1)
    provider = FatalProvider()
    mail_sender = MailSender(SmtpServer.from_url(f"smtp://127.0.0.1:{mail_server.port}"), mail_config)
    await Relay(mail_sender, provider).round(moment)
    assert len(provider.asked) == 1
    assert [one.to for one in mail_server.taken] == ["ann@example.com"]
    # Another relay, whose provider answers, finishes the purchase, and its receipt goes out.
    await relay.round(moment + timedelta(minutes=1))
    await run_until_idle(relay)
    assert [one.to for one in mail_server.taken] == ["ann@example.com", "admin@example.com"]
