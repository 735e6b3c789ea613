"""Many clicks at once, through two processes: seats are neither given twice nor lost."""

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

from api.schema.ids import decode_id
from jobs.relay import Relay
from models.tables import License
from tests.conftest import ROOT
from tests.support.client import Client
from tests.support.company import Company
from tests.support.contract import types_of, union_members
from tests.support.installation import Installation
from tests.support.licensing import activation_token, assign_over, give, id_of
from tests.support.mails import run_until_idle
from tests.support.notices import message_ids
from tests.support.smtp import MailServer

Json = dict[str, Any]
COUNTED = """
    { account {
        seatInventory { version pools { package { code } purchased assigned activated available } }
        waiting: licenses(first: 100, filter: { state: ASSIGNED }) { nodes { package { code } } }
        active: licenses(first: 100, filter: { state: ACTIVE }) { nodes { package { code } } }
    } }
"""


async def test_of_300_who_ask_at_once_100_get_the_100_seats(
    installation: Installation, company: Company, admins: list[Client], relay: Relay, mail_server: MailServer
) -> None:
    for number in range(297):
        await company.add_user(f"user{number}")
    await company.buy(PRO=100)
    await run_until_idle(relay)
    mail_server.tries.clear()
    waiting = iter(company.users)
    answers: dict[str, Json] = {}

    async def ask(client: Client) -> None:
        for user in waiting:
            answers[user.email] = await assign_over(client, company, user)

    await asyncio.gather(*(ask(client) for client in admins * 24))
    assert Counter(answer["__typename"] for answer in answers.values()) == {
        "LicenseAssigned": 100,
        "NoSeatAvailableError": 200,
    }
    assert {answer["pool"]["available"] for answer in answers.values() if "pool" in answer} == {0}
    assert await company.counts() == {"ECO": (0, 0, 0), "ADVANCED": (0, 0, 0), "PRO": (100, 100, 0)}
    await run_until_idle(relay)
    holders = [email for email, answer in answers.items() if answer["__typename"] == "LicenseAssigned"]
    assert sorted(mail.to for mail in mail_server.tries) == sorted(holders)
    assert len(set(message_ids(mail_server))) == 100
    await installation.verify()


async def test_every_way_to_move_a_seat_may_race_every_other(
    installation: Installation, company: Company, admins: list[Client]
) -> None:
    for number in range(17):
        await company.add_user(f"user{number}")
    await company.buy(ECO=5, ADVANCED=5, PRO=5)
    codes = ["ECO", "ADVANCED", "PRO"]
    first = [await give(company, user, code) for user, code in zip(company.users, codes * 4, strict=False)]
    race = Race(company, admins, [id_of(license) for license in first])
    await asyncio.gather(*(race.run(times=20) for _ in range(24)))
    schema = types_of((ROOT / "schema.graphql").read_text())
    for mutation, answers in race.answers.items():
        payload = f"{mutation[0].upper()}{mutation[1:]}Payload"
        assert set(answers) <= set(union_members(schema[payload])), (race.seed, mutation)
    moved = {"LicenseAssigned", "LicenseRemoved", "LicenseChanged", "LicenseTransferred", "LicenseActivated"}
    assert moved < {name for answers in race.answers.values() for name in answers}, (race.seed, race.answers)
    shown = [(await client.run(COUNTED))["account"] for client in admins]
    assert shown[0] == shown[1]
    assert counters(shown[0]) == licenses(shown[0])
    await installation.verify()


class Race:
    """Random clicks on one account, through all the clients. The seed is that of this run."""

    def __init__(self, company: Company, clients: list[Client], licenses: list[str]) -> None:
        self.company = company
        self.clients = clients
        self.licenses = licenses
        self.seed = random.randrange(2**32)
        self.answers: dict[str, Counter[str]] = defaultdict(Counter)
        self._dice = random.Random(self.seed)

    async def run(self, times: int) -> None:
        """Click so many times."""
        ways: list[Callable[[], Awaitable[tuple[str, Json]]]] = [
            self._assign,
            self._remove,
            self._change,
            self._transfer,
            self._activate,
        ]
        for _ in range(times):
            mutation, answer = await self._dice.choice(ways)()
            self.answers[mutation][answer["__typename"]] += 1
            if "license" in answer:
                self.licenses.append(answer["license"]["id"])

    @property
    def _client(self) -> Client:
        return self._dice.choice(self.clients)

    @property
    def _package(self) -> str:
        return id_of(self._dice.choice(list(self.company.packages.values())))

    @property
    def _user(self) -> str:
        return id_of(self._dice.choice(self.company.users))

    @property
    def _license(self) -> str:
        return self._dice.choice(self.licenses[-20:])

    async def _call(self, mutation: str, answered: str, **values: str) -> tuple[str, Json]:
        fields = f"... on {answered} {{ license {{ id }} }}"
        return mutation, await self._client.mutate(mutation, fields, **values)

    async def _assign(self) -> tuple[str, Json]:
        return await self._call("assignLicense", "LicenseAssigned", userId=self._user, packageId=self._package)

    async def _remove(self) -> tuple[str, Json]:
        return await self._call("removeLicense", "LicenseRemoved", licenseId=self._license)

    async def _change(self) -> tuple[str, Json]:
        return await self._call("changeLicense", "LicenseChanged", licenseId=self._license, packageId=self._package)

    async def _transfer(self) -> tuple[str, Json]:
        return await self._call("transferLicense", "LicenseTransferred", licenseId=self._license, toUserId=self._user)

    async def _activate(self) -> tuple[str, Json]:
        license = await License.get(id=decode_id("License", self._license))
        return await self._call("activateLicense", "LicenseActivated", token=await activation_token(license))


def counters(account: Json) -> dict[str, tuple[int, int]]:
    """Assigned and activated seats by package, as the counters tell; fails when available ones are wrong."""
    pools = account["seatInventory"]["pools"]
    assert [(pool["purchased"], pool["available"]) for pool in pools] == [(5, 5 - pool["assigned"]) for pool in pools]
    return {pool["package"]["code"]: (pool["assigned"], pool["activated"]) for pool in pools}


def licenses(account: Json) -> dict[str, tuple[int, int]]:
    """Assigned and activated seats by package, as the licenses tell."""
    waiting = Counter(license["package"]["code"] for license in account["waiting"]["nodes"])
    active = Counter(license["package"]["code"] for license in account["active"]["nodes"])
    return {code: (waiting[code] + active[code], active[code]) for code in ("ECO", "ADVANCED", "PRO")}
