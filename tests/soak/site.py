"""The installation under test: a database, two servers, a relay and a mail server, each of which may fail."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.conftest import INSTALL_URL, PUBLIC_URL, SECRET_KEY
from tests.support.cluster import Cluster
from tests.support.installation import Installation, UsherProcess
from tests.support.processes import usher
from tests.support.smtp import MailServer

# How each process is started: the first relays as well, the third does nothing else.
SERVERS = (("--relay",), ("--no-relay",))
# `usher serve` ends by the signal that it was told to end by, `usher relay` by itself.
CLEAN_ENDS = {0, 143}


@dataclass
class Site:
    """Everything that runs."""

    cluster: Cluster
    installation: Installation
    mail: MailServer
    servers: list[UsherProcess] = field(default_factory=list)
    relay: UsherProcess | None = None
    ending: bool = False

    def url(self, random: Random) -> str:
        """The address of one of the servers, whether or not it runs just now."""
        return random.choice(self.servers).url

    async def start(self) -> None:
        """Start every process, none of which runs."""
        self.servers = list(await asyncio.gather(*[self.installation.serve(*options) for options in SERVERS]))
        self.relay = await self.installation.relay()

    async def stop(self) -> None:
        """Tell every process to end, and wait until it has."""
        for process in (*self.servers, self.relay):
            if process is not None:
                await process.stop()

    async def restart_server(self, number: int, *, kill: bool) -> None:
        """End a server, and start it again at another address."""
        await self._end(self.servers[number], kill=kill)
        self.servers[number] = await self.installation.serve(*SERVERS[number])

    async def restart_relay(self, *, kill: bool) -> None:
        """End the relay, and start it again."""
        assert self.relay is not None
        await self._end(self.relay, kill=kill)
        self.relay = await self.installation.relay()

    async def command(self, *arguments: str) -> str:
        """Run a command of an operator; returns what it printed. Fails unless it succeeded."""
        done = await usher(*arguments, folder=self.installation.folder, **self.installation.settings)
        assert done.code == 0, (arguments, done.out, done.err)
        return done.out

    def unclean(self) -> list[str]:
        """The processes that ended by an error of their own."""
        return [
            f"{process.log.name} ended with {process.process.returncode}"
            for process in self.installation.processes
            if process.process.returncode not in CLEAN_ENDS | {-9}
        ]

    async def _end(self, process: UsherProcess, *, kill: bool) -> None:
        await (process.kill() if kill else process.stop())


@asynccontextmanager
async def running_site(folder: Path) -> AsyncIterator[Site]:
    """Start everything; at the end, whatever still runs is killed."""
    async with Cluster() as cluster, MailServer() as mail:
        settings = {
            "DATABASE_URL": cluster.url,
            "SECRET_KEY": SECRET_KEY,
            "SMTP_URL": f"smtp://127.0.0.1:{mail.port}?starttls=never",
            "MAIL_FROM": "Usher <usher@usher.example.com>",
            "PUBLIC_URL": PUBLIC_URL,
            "INSTALL_URL": INSTALL_URL,
        }
        async with Installation(folder, settings) as installation:
            site = Site(cluster, installation, mail)
            await site.command("migrate")
            await site.start()
            yield site
