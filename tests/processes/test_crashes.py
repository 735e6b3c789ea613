"""Processes are killed at random moments: what was committed is told all the same, and nothing else is."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx2

from models.database.connection import fetch
from models.tables import License, User
from tests.support.client import Client
from tests.support.company import Company
from tests.support.installation import Installation, UsherProcess
from tests.support.licensing import assign_over
from tests.support.notices import everything_is_sent, message_ids, notices
from tests.support.running import free_port
from tests.support.smtp import HANG, MailServer
from tests.support.waiting import until

LATER = "451 4.3.0 Try again later"
USERS_A_ROUND = 20


async def test_what_was_committed_is_told_whoever_was_killed(
    installation: Installation, company: Company, mail_server: MailServer
) -> None:
    seed = random.randrange(2**32)
    print(f"the seed is {seed}")  # noqa: T201 - shown when the test fails
    chaos = Chaos(installation, company, mail_server, random.Random(seed))
    for number in range(3 * USERS_A_ROUND - 3):
        await company.add_user(f"user{number}")
    await company.buy(PRO=3 * USERS_A_ROUND)
    chaos.make_trouble()
    await chaos.start()
    for number, victims in enumerate(chaos.dice.sample(["server", "relay", "server and relay"], 3)):
        users = company.users[number * USERS_A_ROUND : (number + 1) * USERS_A_ROUND]
        async with asyncio.TaskGroup() as clients:
            for part in range(3):
                clients.create_task(chaos.give(users[part::3]))
            await chaos.kill_some_time(victims)
    await chaos.end_trouble()
    await everything_is_sent()
    await everything_was_told(company, mail_server, chaos.given)
    await installation.verify()


@dataclass
class Chaos:
    """A server and a relay that are killed while clients give seats."""

    installation: Installation
    company: Company
    mail_server: MailServer
    dice: random.Random
    given: set[str] = field(default_factory=set)
    running: dict[str, UsherProcess] = field(default_factory=dict)
    port: int = field(default_factory=free_port)

    async def start(self) -> None:
        """Start what does not run."""
        starters = {"server": lambda: self.installation.serve(port=self.port), "relay": self.installation.relay}
        missing = [name for name in starters if name not in self.running]
        started = await asyncio.gather(*(starters[name]() for name in missing))
        self.running |= dict(zip(missing, started, strict=True))

    def make_trouble(self) -> None:
        """Have the mail server turn some mails away once, and take some without ever saying so."""
        for user in self.dice.sample(self.company.users, 20):
            self.mail_server.answer(self.dice.choice(["RCPT", "DATA"]), LATER, to=user.email, times=1)
        # Of the first round, whose mails are tried while there is trouble.
        for user in self.dice.sample(self.company.users[:USERS_A_ROUND], 4):
            self.mail_server.answer("DATA", HANG, to=user.email, times=1)

    async def kill_some_time(self, victims: str) -> None:
        """Kill what is named once some more seats are given or mails sent, and start it again."""
        moment = self._done + self.dice.randint(1, USERS_A_ROUND)
        await until(lambda: self._done >= moment)
        await asyncio.gather(*(self.running.pop(victim).kill() for victim in victims.split(" and ")))
        await self.start()

    async def give(self, users: Sequence[User]) -> None:
        """Give each of them a seat; who gets no answer asks again, or does not."""
        async with Client(f"http://127.0.0.1:{self.port}", await self.company.access_token()) as client:
            for user in users:
                await self._give(client, user)

    async def end_trouble(self) -> None:
        """Let the delays of retries and the leases of the dead run out, and start one last relay."""
        await asyncio.gather(*(process.kill() for process in self.running.values()))
        self.mail_server.forgive()
        await fetch("UPDATE deliveries SET due_at = now(), leased_until = NULL WHERE sent_at IS NULL")
        await self.installation.relay()

    @property
    def _done(self) -> int:
        return len(self.given) + len(self.mail_server.tries)

    async def _give(self, client: Client, user: User) -> None:
        while True:
            try:
                answer = await assign_over(client, self.company, user, idempotencyKey=f"seat of {user.email}")
            except httpx2.ConnectError:
                await asyncio.sleep(0.05)
            except httpx2.TransportError:
                if self.dice.random() < 0.5:
                    return
            else:
                assert answer["__typename"] == "LicenseAssigned"
                self.given.add(user.email)
                return


async def everything_was_told(company: Company, mail_server: MailServer, given: set[str]) -> None:
    """Fail unless each license has one notice, which came, and no other came; each the same as often as it came."""
    committed = {license.user_id for license in await License.filter(account_id=company.account_id)}
    holders = {user.email for user in company.users if user.id in committed}
    assert given <= holders
    assert await License.all().count() == len(holders)
    assert sorted({mail.message["Message-ID"] for mail in mail_server.taken}) == await notices()
    assert set(message_ids(mail_server)) == set(await notices())
    copies: dict[tuple[str, str], list[bytes]] = defaultdict(list)
    for mail in mail_server.tries:
        copies[mail.to, mail.message["Message-ID"]].append(mail.content)
    assert sorted(to for to, _ in copies if to != company.administrator.email) == sorted(holders)
    assert {len(set(contents)) for contents in copies.values()} == {1}
    assert max(len(contents) for contents in copies.values()) > 1
