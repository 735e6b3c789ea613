"""The mails in people's mailboxes."""

import re
from dataclasses import dataclass
from email.message import EmailMessage
from typing import cast

from jobs.relay import Relay
from models.database.clock import now
from usher.mailbox.server import Mailbox

LINK = re.compile(r"^http://usher\.example\.com/(sign-in|activate)\?token=([A-Za-z0-9_-]{43})$", re.MULTILINE)


@dataclass(frozen=True)
class Mail:
    """One mail, as its reader gets it."""

    message: EmailMessage

    @property
    def to(self) -> str:
        """The recipient, with the name."""
        return str(self.message["To"])

    @property
    def subject(self) -> str:
        """The subject."""
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        """The plain text."""
        return part(self.message, "text/plain")

    @property
    def html(self) -> str:
        """The HTML."""
        return part(self.message, "text/html")

    @property
    def links(self) -> list[str]:
        """The secret links in the plain text."""
        return [found.group() for found in LINK.finditer(self.text)]

    @property
    def token(self) -> str:
        """The token of the one secret link."""
        (link,) = self.links
        return link.partition("=")[2]


def part(message: EmailMessage, content_type: str) -> str:
    """The content of the one part of a type."""
    (found,) = (one for one in message.walk() if one.get_content_type() == content_type)
    return cast("EmailMessage", found).get_content().replace("\r\n", "\n")


async def run_until_idle(*relays: Relay) -> None:
    """Run rounds of each relay in turn, until none finds anything to do; fails the test when that never comes."""
    for _ in range(1000):
        if not any([await relay.round(now()) for relay in relays]):
            return
    raise AssertionError("the relays find something to do for ever")


@dataclass
class Post:
    """The relay and the mailbox it sends to."""

    relay: Relay
    mailbox: Mailbox
    seen: int = 0

    async def collect(self) -> list[Mail]:
        """Have everything sent that is due; returns what came since the last call, oldest first."""
        await run_until_idle(self.relay)
        mails = self.arrived()[self.seen :]
        self.seen += len(mails)
        return mails

    async def collect_one(self) -> Mail:
        """The one mail that came since the last call."""
        (mail,) = await self.collect()
        return mail

    def arrived(self) -> list[Mail]:
        """Every mail that has arrived so far, oldest first."""
        messages = [self.mailbox.read(summary.id) for summary in reversed(self.mailbox.messages())]
        return [Mail(message) for message in messages if message is not None]
