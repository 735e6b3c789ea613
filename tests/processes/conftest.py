"""Fixtures of the tests with several processes of the command."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from jobs.relay import Relay
from jobs.send_mail import MailSender
from mailers.config import MailConfig
from mailers.transport import SmtpServer
from payments import make_provider
from tests.conftest import INSTALL_URL, METRICS_TOKEN, PUBLIC_URL, SECRET_KEY
from tests.support.client import Client
from tests.support.company import Company
from tests.support.installation import Installation, UsherProcess
from tests.support.smtp import MailServer


@pytest.fixture
async def mail_server() -> AsyncIterator[MailServer]:
    """A mail server in clear that takes everything until it is told otherwise."""
    async with MailServer() as server:
        yield server


@pytest.fixture
async def installation(
    database_url: str, db: None, mail_server: MailServer, tmp_path: Path
) -> AsyncIterator[Installation]:
    """Nothing runs yet; what is started shares the database of this test process, and the mail server."""
    async with Installation(tmp_path, settings(database_url, mail_server.port)) as made:
        yield made


@pytest.fixture
def relay(mail_server: MailServer, mail_config: MailConfig) -> Relay:
    """A relay in this process; tests run its rounds themselves."""
    server = SmtpServer.from_url(f"smtp://127.0.0.1:{mail_server.port}?starttls=never")
    return Relay(MailSender(server, mail_config), make_provider("sandbox"))


@pytest.fixture(scope="package")
async def standing(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    """An installation that runs on from test to test: a start takes longer than most tests. It sends nothing."""
    async with Installation(tmp_path_factory.mktemp("standing"), settings(database_url, mail_port=9)) as made:
        yield made


@pytest.fixture(scope="package")
async def servers(standing: Installation) -> list[UsherProcess]:
    """Two servers without a relay."""
    return list(await asyncio.gather(standing.serve("--no-relay"), standing.serve("--no-relay")))


@pytest.fixture
async def server_of_two_workers(standing: Installation) -> UsherProcess:
    """One server with two workers and without a relay; a new one where a test has killed the one before."""
    for process in standing.processes:
        if len(process.workers) == 2 and process.process.returncode is None:
            return process
    return await standing.serve("--no-relay", workers=2)


@pytest.fixture
async def admins(servers: list[UsherProcess], company: Company) -> AsyncIterator[list[Client]]:
    """The company's administrator as a client of each of the two servers."""
    token = await company.access_token()
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(Client(server.url, token)) for server in servers]


def settings(database_url: str, mail_port: int) -> dict[str, str]:
    """The settings of an installation on a database and a mail server."""
    return {
        "DATABASE_URL": database_url,
        "SECRET_KEY": SECRET_KEY,
        "METRICS_TOKEN": METRICS_TOKEN,
        "SMTP_URL": f"smtp://127.0.0.1:{mail_port}?starttls=never",
        "MAIL_FROM": "Usher <usher@usher.example.com>",
        "PUBLIC_URL": PUBLIC_URL,
        "INSTALL_URL": INSTALL_URL,
    }
