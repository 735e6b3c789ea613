"""Fixtures of the tests of background work."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

import jobs.txt_records
from jobs.check_domains import DomainChecker
from jobs.relay import Relay
from jobs.send_mail import MailSender
from mailers.config import MailConfig
from mailers.transport import SmtpServer
from payments import make_provider
from tests.support.certificate import Certificate
from tests.support.company import Company
from tests.support.dns import NameServer
from tests.support.mails import run_until_idle
from tests.support.smtp import MailServer

RelayTo = Callable[[str], Relay]


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A certificate that nobody trusts yet."""
    return Certificate.make(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def trusted(certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have this process trust the certificate, as it would one of the machine's."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.certificate_file))
    return certificate.certificate_file


@pytest.fixture
async def mail_server() -> AsyncIterator[MailServer]:
    """A mail server in clear that takes everything until it is told otherwise."""
    async with MailServer() as server:
        yield server


@pytest.fixture
def relay_to(mail_config: MailConfig) -> RelayTo:
    """Make a relay that sends to the server of a URL."""

    def make(url: str) -> Relay:
        return Relay(MailSender(SmtpServer.from_url(url), mail_config), make_provider("sandbox"))

    return make


@pytest.fixture
async def relay(mail_server: MailServer, relay_to: RelayTo, company: Company) -> Relay:
    """A relay that sends to the mail server, after the mail that welcomed the company's administrator."""
    relay = relay_to(f"smtp://127.0.0.1:{mail_server.port}?starttls=never")
    await run_until_idle(relay)
    mail_server.tries.clear()
    mail_server.was_tried.clear()
    return relay


@pytest.fixture
async def name_server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[NameServer]:
    """A name server that knows nothing yet; what it does not answer is not waited for long."""
    monkeypatch.setattr(jobs.txt_records, "TIMEOUT", 0.2)
    async with NameServer() as server:
        yield server


@pytest.fixture
def checker(name_server: NameServer) -> DomainChecker:
    """A checker that asks the name server."""
    return DomainChecker(name_server.resolver)
