"""Fixtures of the tests with several processes of the command."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.conftest import INSTALL_URL, PUBLIC_URL, SECRET_KEY
from tests.support.installation import Installation
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
    settings = {
        "DATABASE_URL": database_url,
        "SECRET_KEY": SECRET_KEY,
        "SMTP_URL": f"smtp://127.0.0.1:{mail_server.port}?starttls=never",
        "MAIL_FROM": "Usher <usher@usher.example.com>",
        "PUBLIC_URL": PUBLIC_URL,
        "INSTALL_URL": INSTALL_URL,
    }
    async with Installation(tmp_path, settings) as made:
        yield made
