"""The mails that a demo sent."""

import asyncio
import re
from pathlib import Path

from usher.mailbox.folder import MailFolder

ARRIVES_WITHIN = 15.0
LINK = re.compile(r"http://\S+/(?:sign-in|activate)\?token=[A-Za-z0-9_-]+")


class Mails:
    """Waits for mails, and extracts their links."""

    def __init__(self, folder: Path) -> None:
        self._folder = MailFolder(folder)
        self._seen: set[str] = set()

    async def link_for(self, address: str, subject: str) -> str:
        """The link of the newest mail to an address with these words in its subject; each is given once."""
        async with asyncio.timeout(ARRIVES_WITHIN):
            while True:
                for mail in self._folder.summaries():
                    if mail.id not in self._seen and address in mail.to and subject in mail.subject:
                        self._seen.add(mail.id)
                        return self._link_in(mail.id)
                await asyncio.sleep(0.1)

    def _link_in(self, id: str) -> str:
        message = self._folder.message(id)
        assert message is not None
        body = message.get_body(("plain",))
        assert body is not None
        found = LINK.search(body.get_content())
        assert found, body.get_content()
        return found.group()
