"""The installation under test: a database and its standby, two servers, a relay and a mail server.

Each may fail. If PgBouncer is installed, one of the servers reaches the database through it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.conftest import INSTALL_URL, PUBLIC_URL, SECRET_KEY
from tests.support.cluster import DATABASE, Cluster
from tests.support.installation import Installation, UsherProcess
from tests.support.pgbouncer import PGBOUNCER, PgBouncer
from tests.support.processes import usher
from tests.support.smtp import MailServer

# How each process is started: the first relays as well, the third does nothing else.
SERVERS = (("--relay",), ("--no-relay",))
# That which goes through a pooler, and how many connections the pooler has to the database.
POOLED = 1
POOL = 8
# `usher serve` ends by the signal that it was told to end by, `usher relay` by itself.
CLEAN_ENDS = {0, 143}


@dataclass
class Site:
    """Everything that runs."""

    # The primary, then its standby: nothing is committed that only one of them has.
    clusters: list[Cluster]
    installation: Installation
    mail: MailServer
    # One in front of each cluster; none where PgBouncer is not installed.
    poolers: list[PgBouncer]
    servers: list[UsherProcess] = field(default_factory=list)
    relay: UsherProcess | None = None
    ending: bool = False

    @property
    def cluster(self) -> Cluster:
        """The primary."""
        return self.clusters[0]

    def url(self, random: Random) -> str:
        """The address of one of the servers, whether or not it runs just now."""
        return random.choice(self.servers).url

    async def start(self) -> None:
        """Start every process, none of which runs."""
        self.servers = list(await asyncio.gather(*[self._serve(number) for number in range(len(SERVERS))]))
        self.relay = await self.installation.relay()

    async def stop(self) -> None:
        """Tell every process to end, and wait until it has."""
        for process in (*self.servers, self.relay):
            if process is not None:
                await process.stop()

    async def restart_server(self, number: int, *, kill: bool) -> None:
        """End a server, and start it again at another address."""
        await self._end(self.servers[number], kill=kill)
        self.servers[number] = await self._serve(number)

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

    async def fail_over(self) -> None:
        """Promote the standby in place of the primary, which is gone."""
        self.clusters.reverse()
        await self.cluster.take_over()

    async def rebuild_standby(self) -> None:
        """Have the primary of before follow the one of now."""
        await self.clusters[1].rejoin(self.cluster)
        await self.cluster.replicate()

    async def _serve(self, number: int) -> UsherProcess:
        pooled = {}
        if number == POOLED and self.poolers:
            folders = [pooler.folder for pooler in self.poolers]
            url = f"{database_url(*folders)}&port=6432&statement_cache_size=0"
            pooled = {"DATABASE_URL": url, "DATABASE_DIRECT_URL": self.installation.settings["DATABASE_URL"]}
        return await self.installation.serve(*SERVERS[number], settings=pooled)

    async def _end(self, process: UsherProcess, *, kill: bool) -> None:
        await (process.kill() if kill else process.stop())


@asynccontextmanager
async def running_site(folder: Path) -> AsyncIterator[Site]:
    """Start everything; at the end, whatever still runs is killed."""
    async with AsyncExitStack() as stack:
        primary = await stack.enter_async_context(Cluster())
        clusters = [primary, await stack.enter_async_context(Cluster(follows=primary))]
        await primary.replicate()
        fronts = clusters if PGBOUNCER else []
        poolers = [await stack.enter_async_context(PgBouncer(cluster, pool=POOL)) for cluster in fronts]
        mail = await stack.enter_async_context(MailServer())
        settings = {
            "DATABASE_URL": database_url(*[cluster.folder for cluster in clusters]),
            "SECRET_KEY": SECRET_KEY,
            "SMTP_URL": f"smtp://127.0.0.1:{mail.port}?starttls=never",
            "MAIL_FROM": "Usher <usher@usher.example.com>",
            "PUBLIC_URL": PUBLIC_URL,
            "INSTALL_URL": INSTALL_URL,
        }
        installation = await stack.enter_async_context(Installation(folder, settings))
        site = Site(clusters, installation, mail, poolers)
        await site.command("migrate")
        await site.start()
        yield site


def database_url(*folders: Path) -> str:
    """The address of whichever of the hosts with these sockets takes changes."""
    return f"postgres://postgres@/{DATABASE}?host={','.join(map(str, folders))}"
