"""Everything that goes wrong, one thing after the other; mail servers have troubles of their own beside."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

import asyncpg

from tests.soak.ledger import Ledger
from tests.soak.site import Site
from tests.support.business import Business
from tests.support.cluster import Cluster
from tests.support.patient import RECOVERS_WITHIN, Patient
from tests.support.smtp import HANG_UP
from tests.support.vanishing import vanish_within_a_request, vanish_within_a_subscription

VANISHING = 20


@dataclass
class Faults:
    """Injects faults until the site ends, at random moments."""

    site: Site
    ledger: Ledger
    businesses: list[Business]
    random: Random
    pause: float
    done: Counter[str] = field(default_factory=Counter)
    longest_recovery: float = 0.0

    async def run(self) -> None:
        """Let one thing go wrong after the other; every kind once before any comes again."""
        waiting: list[tuple[str, Callable[[], Awaitable[None]]]] = []
        while not self.site.ending:
            await asyncio.sleep(self.random.uniform(0.3, 1.7) * self.pause)
            if not waiting:
                waiting = self.random.sample(self._kinds(), len(self._kinds()))
            name, inject = waiting.pop()
            await inject()
            self.done[name] += 1

    async def trouble_mail(self) -> None:
        """Have the mail server refuse everything, hang up, or be down, for a while each."""
        mail = self.site.mail
        while not self.site.ending:
            await asyncio.sleep(self.random.uniform(1, 4) * self.pause)
            trouble = self.random.choice(["refuses for a while", "hangs up after the mail", "is down"])
            if trouble == "is down":
                await mail.stop()
            else:
                mail.answer("DATA", HANG_UP if trouble.startswith("hangs") else "451 4.3.0 Later")
            await asyncio.sleep(self.random.uniform(0.2, 1) * self.pause)
            if trouble == "is down":
                await mail.start()
            mail.forgive()
            self.done[f"mail server {trouble}"] += 1

    def _kinds(self) -> list[tuple[str, Callable[[], Awaitable[None]]]]:
        site = self.site
        kinds = [
            ("server killed", lambda: site.restart_server(self.random.randrange(2), kill=True)),
            ("server restarted", lambda: site.restart_server(self.random.randrange(2), kill=False)),
            ("relay killed", lambda: site.restart_relay(kill=True)),
            ("relay restarted", lambda: site.restart_relay(kill=False)),
            ("database restarted", lambda: self._without_database(Cluster.stop)),
            ("database stopped hard", lambda: self._without_database(lambda cluster: cluster.stop("immediate"))),
            ("database killed", lambda: self._without_database(Cluster.kill)),
            ("database connection crashed", self._crash),
            ("database connections cut", self._cut),
            ("primary killed, standby promoted", lambda: self._fail_over(Cluster.kill)),
            ("primary frozen, standby promoted", lambda: self._fail_over(Cluster.freeze)),
            ("clients vanished", self._vanish),
        ]
        return [*kinds, ("pooler killed", self._kill_pooler)] if site.poolers else kinds

    async def _without_database(self, stop: Callable[[Cluster], Awaitable[None]]) -> None:
        await stop(self.site.cluster)
        await asyncio.sleep(self.random.uniform(0, 1))
        await self.site.cluster.start()
        await self._recover()

    async def _fail_over(self, lose: Callable[[Cluster], Awaitable[None]]) -> None:
        lost = self.site.cluster
        await lose(lost)
        await asyncio.sleep(self.random.uniform(0, 1))
        await self.site.fail_over()
        await self._recover(replicated=False)
        # As whoever promotes a standby does: what was the primary is kept from being one.
        await lost.kill()
        await self.site.rebuild_standby()

    async def _kill_pooler(self) -> None:
        pooler = self.random.choice(self.site.poolers)
        await pooler.kill()
        await asyncio.sleep(self.random.uniform(0, 1))
        await pooler.start()
        await self._recover()

    async def _crash(self) -> None:
        await self.site.cluster.crash()
        await self._recover()

    async def _cut(self) -> None:
        await self.site.cluster.cut()
        await self._recover()

    async def _vanish(self) -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(VANISHING):
                business = self.random.choice(self.businesses)
                group.create_task(vanish_within_a_request(self.site.url(self.random), business, number))
                group.create_task(vanish_within_a_subscription(self.site.url(self.random), business, number))

    async def _recover(self, *, replicated: bool = True) -> None:
        """Wait until the database and both servers answer again, and note how long the servers took.

        Then, where there is a standby, until it has what was committed: before, no standby may be promoted.
        """
        async with asyncio.timeout(RECOVERS_WITHIN):
            while not await self._database_answers():  # noqa: ASYNC110 - nothing tells when it does
                await asyncio.sleep(0.02)
        clock = asyncio.get_running_loop().time
        begun = clock()
        for server in self.site.servers:
            async with Patient(lambda url=server.url: url, None, self.ledger.experience) as client:
                await client.run("{ packages { code } }")
        self.longest_recovery = max(self.longest_recovery, clock() - begun)
        if replicated:
            await self.site.cluster.until_replicated()

    async def _database_answers(self) -> bool:
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return bool(await self.site.cluster.fetch("SELECT 1 AS one"))
        return False
