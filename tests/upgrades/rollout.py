"""An installation that goes from the last release to this version, while people work in it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from models.database.background import background_task
from tests.conftest import INSTALL_URL, PUBLIC_URL, SECRET_KEY
from tests.soak.administrator import Account, Administrator
from tests.soak.ledger import Ledger
from tests.soak.mail_reader import MailReader
from tests.soak.site import Site
from tests.soak.soak import ACTIONS
from tests.support.cluster import Cluster
from tests.support.follower import Follower
from tests.support.installation import Installation, UsherProcess
from tests.support.patient import Patient
from tests.support.smtp import MailServer

ADMINISTRATORS = 3
# The number of answered calls that each client makes in a phase.
CALLS = 300


@dataclass
class Rollout(Site):
    """A site whose commands and first servers are those of the last release."""

    released: Installation | None = None
    ledger: Ledger = field(default_factory=Ledger)

    async def command(self, *arguments: str) -> str:
        """Run a command of the last release."""
        assert self.released is not None
        code, printed = await self.released.run(*arguments)
        if code == 2 and "--yes" in arguments:
            # 0.1.0 does not ask.
            code, printed = await self.released.run(*(each for each in arguments if each != "--yes"))
        assert code == 0, (arguments, printed)
        return printed

    async def some_calls(self) -> None:
        """Wait until so many calls more have been answered."""
        await self.ledger.experience.more("answered", CALLS)

    async def leave(self, server: UsherProcess) -> None:
        """Take a server out of service, as a proxy does: no new calls, and then its end."""
        self.servers.remove(server)
        await self.some_calls()
        await server.stop()


@asynccontextmanager
async def rollout(folder: Path, packages: Path) -> AsyncIterator[Rollout]:
    """The last release, migrated and serving; at the end, whatever still runs is killed."""
    async with Cluster() as cluster, MailServer() as mail, AsyncExitStack() as stack:
        settings = {
            "DATABASE_URL": cluster.url,
            "SECRET_KEY": SECRET_KEY,
            "SMTP_URL": f"smtp://127.0.0.1:{mail.port}?starttls=never",
            "MAIL_FROM": "Usher <usher@usher.example.com>",
            "PUBLIC_URL": PUBLIC_URL,
            "INSTALL_URL": INSTALL_URL,
            # The wheel that is kept has no pages.
            "PORTAL": "false",
            "EXPLORER": "false",
        }
        (folder / "released").mkdir()
        (folder / "new").mkdir()
        released = await stack.enter_async_context(Installation(folder / "released", settings, packages))
        new = await stack.enter_async_context(Installation(folder / "new", settings))
        site = Rollout([cluster], new, mail, [], released=released)
        await site.command("migrate")
        site.servers = [await released.serve()]
        yield site


@asynccontextmanager
async def following(site: Rollout, accounts: list[Account]) -> AsyncIterator[list[Follower]]:
    """Have a dashboard of each account follow its counts while the block runs."""
    followers = [_follower(site, account) for account in accounts]
    async with AsyncExitStack() as stack:
        for follower in followers:
            await stack.enter_async_context(background_task(follower.run()))
        yield followers


@asynccontextmanager
async def working(site: Rollout, accounts: list[Account]) -> AsyncIterator[None]:
    """Have administrators, and readers of mails, be busy while the block runs."""
    random = Random(1)
    admins = [
        Administrator.of(site, account, site.ledger, f"{account.domain} {number}")
        for account in accounts
        for number in range(ADMINISTRATORS)
    ]
    nobody = Patient(lambda: site.url(random), None, site.ledger.experience)
    async with AsyncExitStack() as stack:
        for client in (nobody, *(admin.client for admin in admins)):
            await stack.enter_async_context(client)
        async with asyncio.TaskGroup() as group:
            for admin in admins:
                group.create_task(_administrate(site, admin))
            group.create_task(MailReader(site, site.ledger, nobody).run())
            yield
            site.ending = True


async def _administrate(site: Rollout, admin: Administrator) -> None:
    while not site.ending:
        (action,) = admin.random.choices(list(ACTIONS), list(ACTIONS.values()))
        await action(admin)
        await admin.rest(0.1)


def _follower(site: Rollout, account: Account) -> Follower:
    random = Random(account.domain)
    return Follower(lambda: site.url(random), account.business.token, account.id)
