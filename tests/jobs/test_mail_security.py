"""The way to the mail server: TLS, STARTTLS, login, and what never goes over an open line."""

from datetime import timedelta
from pathlib import Path

import pytest

from jobs.relay import Relay
from models.database.clock import now
from models.tables import Delivery
from tests.jobs.conftest import RelayTo
from tests.support.certificate import Certificate
from tests.support.company import Company
from tests.support.links import ask_for_link
from tests.support.mails import run_until_idle
from tests.support.smtp import MailServer

LOGIN = ("usher@example.com", "hush: it/is@secret")
IN_A_URL = "usher%40example.com:hush%3A%20it%2Fis%40secret"


async def send_one(company: Company, relay: Relay) -> Delivery:
    """Ask for a sign-in link for Ann and run the relay; returns what became of the mail."""
    ann, *_ = company.users
    await ask_for_link(ann.email)
    await run_until_idle(relay)
    return await Delivery.get(recipient_id=ann.id)


def assert_waits(delivery: Delivery, why: str) -> None:
    """The mail is neither sent nor failed, and says why."""
    assert (delivery.sent_at, delivery.failed_at, delivery.attempts) == (None, None, 1)
    assert delivery.due_at > now()
    assert why in (delivery.last_error or "")


async def test_smtps_speaks_tls_from_the_start(
    company: Company, relay_to: RelayTo, certificate: Certificate, trusted: Path
) -> None:
    async with MailServer(certificate, tls=True) as server:
        delivery = await send_one(company, relay_to(f"smtps://127.0.0.1:{server.port}"))
        assert delivery.sent_at is not None
        assert [(one.to, one.secure) for one in server.taken] == [
            ("admin@example.com", True),
            ("ann@example.com", True),
        ]
        assert server.heard_in_clear == b""


@pytest.mark.parametrize("query", ["?starttls=required", "?starttls=auto", ""])
async def test_starttls_is_used_where_it_is_offered(
    company: Company, relay_to: RelayTo, certificate: Certificate, trusted: Path, query: str
) -> None:
    async with MailServer(certificate) as server:
        delivery = await send_one(company, relay_to(f"smtp://127.0.0.1:{server.port}{query}"))
        assert delivery.sent_at is not None
        assert [one.secure for one in server.taken] == [True, True]
        assert_only_greeted_in_clear(server)


def assert_only_greeted_in_clear(server: MailServer) -> None:
    """An eavesdropper heard who called, and nothing else."""
    commands = [line.split()[0] for line in server.heard_in_clear.upper().splitlines() if line[:1].isalpha()]
    assert commands[0] == b"EHLO"
    assert set(commands) <= {b"EHLO", b"STARTTLS", b"QUIT"}
    assert b"token=" not in server.heard_in_clear
    assert b"@example.com" not in server.heard_in_clear


async def test_required_starttls_sends_nothing_to_a_server_without_it(company: Company, relay_to: RelayTo) -> None:
    async with MailServer() as server:
        delivery = await send_one(company, relay_to(f"smtp://127.0.0.1:{server.port}?starttls=required"))
        assert_waits(delivery, "STARTTLS extension not supported by server")
        assert server.tries == []
        assert_only_greeted_in_clear(server)


async def test_required_starttls_keeps_the_password_from_a_server_without_it(
    company: Company, relay_to: RelayTo
) -> None:
    async with MailServer() as server:
        relay = relay_to(f"smtp://{IN_A_URL}@127.0.0.1:{server.port}?starttls=required")
        assert_waits(await send_one(company, relay), "STARTTLS extension not supported by server")
        assert b"AUTH" not in server.heard_in_clear
        assert_only_greeted_in_clear(server)


@pytest.mark.parametrize("query", ["", "?starttls=auto"])
async def test_a_password_is_kept_from_a_server_elsewhere_that_offers_no_tls(
    company: Company, relay_to: RelayTo, query: str
) -> None:
    async with MailServer() as server:
        # An address of this machine that is none of its loopback's.
        relay = relay_to(f"smtp://{IN_A_URL}@0.0.0.0:{server.port}{query}")
        delivery = await send_one(company, relay)
        assert_waits(delivery, "STARTTLS extension not supported by server")
        assert_waits(delivery, "A login is sent over TLS only, unless USHER_SMTP_URL has starttls=never.")
        assert server.tries == []
        assert b"AUTH" not in server.heard_in_clear
        assert_only_greeted_in_clear(server)


@pytest.mark.parametrize("query", ["?starttls=required", "?starttls=auto"])
async def test_a_certificate_that_nobody_trusts_is_sent_nothing(
    company: Company, relay_to: RelayTo, certificate: Certificate, query: str
) -> None:
    async with MailServer(certificate) as server:
        delivery = await send_one(company, relay_to(f"smtp://{IN_A_URL}@127.0.0.1:{server.port}{query}"))
        assert_waits(delivery, "certificate verify failed")
        assert server.tries == []
        assert_only_greeted_in_clear(server)


async def test_smtps_sends_nothing_to_a_certificate_that_nobody_trusts(
    company: Company, relay_to: RelayTo, certificate: Certificate
) -> None:
    async with MailServer(certificate, tls=True) as server:
        assert_waits(
            await send_one(company, relay_to(f"smtps://127.0.0.1:{server.port}")), "certificate verify failed"
        )
        assert server.tries == []


async def test_smtps_sends_nothing_to_a_server_in_clear(company: Company, relay_to: RelayTo) -> None:
    async with MailServer() as server:
        assert_waits(await send_one(company, relay_to(f"smtps://127.0.0.1:{server.port}")), "SSL")
        assert server.tries == []
        assert b"token=" not in server.heard_in_clear


@pytest.mark.parametrize("tls", [False, True])
async def test_a_login_is_given_to_a_server_that_wants_one(
    company: Company, relay_to: RelayTo, certificate: Certificate, trusted: Path, tls: bool
) -> None:
    async with MailServer(certificate, tls=tls, login=LOGIN) as server:
        scheme, query = ("smtps", "") if tls else ("smtp", "?starttls=required")
        delivery = await send_one(company, relay_to(f"{scheme}://{IN_A_URL}@127.0.0.1:{server.port}{query}"))
        assert delivery.sent_at is not None
        assert [(one.to, one.login, one.secure) for one in server.taken] == [
            ("admin@example.com", "usher@example.com", True),
            ("ann@example.com", "usher@example.com", True),
        ]


async def test_a_refused_login_makes_mail_wait_until_it_is_mended(
    company: Company, relay_to: RelayTo, certificate: Certificate, trusted: Path
) -> None:
    async with MailServer(certificate, login=LOGIN) as server:
        delivery = await send_one(company, relay_to(f"smtp://usher%40example.com:wrong@127.0.0.1:{server.port}"))
        assert_waits(delivery, "535")
        assert "wrong" not in (delivery.last_error or "")
        assert server.tries == []
        mended = relay_to(f"smtp://{IN_A_URL}@127.0.0.1:{server.port}")
        await mended.round(now() + timedelta(seconds=6))
        assert [one.to for one in server.taken] == ["admin@example.com", "ann@example.com"]


async def test_a_missing_login_makes_mail_wait(
    company: Company, relay_to: RelayTo, certificate: Certificate, trusted: Path
) -> None:
    async with MailServer(certificate, login=LOGIN) as server:
        assert_waits(await send_one(company, relay_to(f"smtp://127.0.0.1:{server.port}")), "530")
        assert server.tries == []
