"""People who follow the links in their mails."""

import asyncio
from dataclasses import dataclass
from itertools import islice

from tests.soak.administrator import key
from tests.soak.ledger import Ledger
from tests.soak.site import Site
from tests.support.mails import LINK, part
from tests.support.patient import Patient

VIEWER = "{ viewer { user { email } } }"
LOOK_EVERY = 0.2


@dataclass
class MailReader:
    """Reads every mail that arrives, once, and follows most links."""

    site: Site
    ledger: Ledger
    client: Patient
    read: int = 0

    async def run(self) -> None:
        """Read until the site ends."""
        while not self.site.ending:
            for mail in list(islice(self.site.mail.tries, self.read, None)):
                self.read += 1
                for link in LINK.finditer(part(mail.message, "text/plain")):
                    self.ledger.secrets.add(link.group(2))
                    # A mail that was not taken comes again; links that are not followed here stay unused.
                    if mail.taken and self.read % 4:
                        await self._follow(link.group(1), link.group(2))
            await asyncio.sleep(LOOK_EVERY)

    async def _follow(self, purpose: str, token: str) -> None:
        before = self.client.retries
        if purpose == "activate":
            name, fields, values = "activateLicense", "... on LicenseActivated { license { id } }", {"token": token}
        else:
            name, fields = "completeSignIn", "... on SignedIn { accessToken }"
            values = {"token": token, "session": "BEARER"}
        answer = await self.client.mutate(name, fields, **values)
        self.ledger.note(name, answer["__typename"], self.client.retries - before)
        if answer["__typename"] == "LicenseActivated":
            self.ledger.activated.add(key(answer["license"]["id"]))
        elif answer["__typename"] == "SignedIn":
            await self._look_around(answer["accessToken"])

    async def _look_around(self, token: str) -> None:
        self.ledger.secrets.add(token)
        async with Patient(self.client.find_url, token, self.client.experience) as signed_in:
            shown = await signed_in.run(VIEWER)
            self.ledger.expect(shown["viewer"] is not None, "who has signed in is nobody")
            await signed_in.run("mutation { signOut { ok } }")
        self.ledger.note("signOut", "SignedOut", signed_in.retries)
