"""Names that were typed, or are stored already, on their way from openAccount to the mail server's wire."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from jobs.relay import Relay
from jobs.send_mail import MailSender
from mailers.config import MailConfig
from mailers.transport import SmtpServer
from models.database.clock import now
from models.database.connection import fetch
from models.reads.packages import packages_on_sale
from models.tables import Delivery, User
from payments import make_provider
from tests.mailers.test_headers import FIELDS, INJECTED_BODY, INJECTED_HEADER
from tests.support.client import Client
from tests.support.company import Company, viewer_of_user
from tests.support.links import ask_for_link
from tests.support.mails import run_until_idle
from tests.support.raw_mail import RawMail
from tests.support.smtp import MailServer


@pytest.fixture
async def mail_server() -> AsyncIterator[MailServer]:
    """A mail server that takes everything."""
    async with MailServer() as server:
        yield server


@pytest.fixture
def relay(mail_server: MailServer, mail_config: MailConfig) -> Relay:
    """A relay that sends to it."""
    server = SmtpServer.from_url(f"smtp://127.0.0.1:{mail_server.port}?starttls=never")
    return Relay(MailSender(server, mail_config), make_provider("sandbox"))


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ({"firstName": INJECTED_HEADER, "lastName": "=?utf-8?q?=E2=80=AEgnp?="}, None),
        ({"companyName": INJECTED_BODY}, "Olive Owner"),
        ({"firstName": "Robin, Dr.", "lastName": "Llanfair" + "x" * 72}, "Robin, Dr. Llanfair" + "x" * 40 + "…"),
        ({"firstName": "F" * 81, "lastName": "L" * 97}, "F" * 59 + "…"),
        ({"firstName": "Zoë", "lastName": "O'Brien-Łukasz"}, "Zoë O'Brien-Łukasz"),
    ],
)
async def test_names_of_a_new_account_stay_names(
    client: Client, relay: Relay, mail_server: MailServer, typed: dict[str, str], name: str | None
) -> None:
    values: dict[str, Any] = {
        "companyName": "Example Bakery",
        "email": "owner@example.net",
        "firstName": "Olive",
        "lastName": "Owner",
    }
    answer = await client.mutate("openAccount", "... on AccountOpened { account { name } }", **(values | typed))
    assert answer["__typename"] == "AccountOpened"
    owner = await User.get(email="owner@example.net")
    packages = {package.code: package for package in await packages_on_sale()}
    await Company("example.net", owner, await viewer_of_user(owner), packages).buy(ECO=1)
    await run_until_idle(relay)
    opened, receipt = [RawMail.read(sent.content) for sent in mail_server.taken]
    assert [sent.to for sent in mail_server.taken] == ["owner@example.net"] * 2
    for mail in (opened, receipt):
        assert [field for field, _ in mail.fields] == FIELDS
    assert opened.mailboxes("To") == [("", "owner@example.net")]
    full_name = f"{typed.get('firstName')} {typed.get('lastName')}"
    assert receipt.mailboxes("To") == [(name or full_name[:59] + "…", "owner@example.net")]


async def test_names_that_are_stored_already_stay_names(
    company: Company, relay: Relay, mail_server: MailServer
) -> None:
    ann, *_ = company.users
    await fetch(
        "UPDATE users SET first_name = $1, last_name = $2 WHERE id = $3",
        "Ann\r\nBcc: third@party.example\r\n\r\n",
        "\u202e=?utf-8?q?=00?=",
        ann.id,
    )
    await company.buy(ECO=1)
    await company.assign(ann, "ECO")
    await run_until_idle(relay)
    mail = RawMail.read(mail_server.taken[-1].content)
    assert [field for field, _ in mail.fields] == FIELDS
    assert mail.mailboxes("To") == [("Ann Bcc: third@party.example   =?utf-8?q?=00?=", "ann@example.com")]


async def test_a_mail_that_would_be_read_otherwise_is_never_sent(
    company: Company, relay: Relay, mail_server: MailServer
) -> None:
    ann, ben, _ = company.users
    await run_until_idle(relay)
    await fetch("UPDATE users SET locale = $1 WHERE id = $2", "en\r\nBcc: third@party.example", ann.id)
    await ask_for_link(ann.email)
    await ask_for_link(ben.email)
    before = len(mail_server.tries)
    await run_until_idle(relay)
    assert [one.to for one in mail_server.tries[before:]] == [ben.email]
    broken = await Delivery.get(recipient_id=ann.id)
    assert (broken.sent_at, broken.failed_at, broken.last_error) == (None, None, "BrokenMessage")
    assert broken.due_at > now() + timedelta(seconds=3)
