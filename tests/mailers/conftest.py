"""Fixtures of the tests of mails."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jobs.relay import Relay
from jobs.send_mail import MailSender
from mailers.config import MailConfig
from mailers.transport import SmtpServer
from payments import make_provider
from tests.support.company import Company
from tests.support.mails import Post
from usher.mailbox.server import Mailbox


@pytest.fixture
async def post(company: Company, mail_config: MailConfig, tmp_path: Path) -> AsyncIterator[Post]:
    """The company's post, after the mail that welcomed its administrator."""
    mailbox = Mailbox(tmp_path / "post")
    port = await mailbox.start()
    server = SmtpServer.from_url(f"smtp://127.0.0.1:{port}?starttls=never")
    post = Post(Relay(MailSender(server, mail_config), make_provider("sandbox")), mailbox)
    await post.collect_one()
    yield post
    await mailbox.stop()
