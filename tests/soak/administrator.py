"""Somebody who works in an account, over whichever server answers."""

import asyncio
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

from api.schema.ids import split_id
from tests.soak.ledger import Ledger
from tests.soak.site import Site
from tests.support.business import Business
from tests.support.patient import Patient

LICENSE = "license { id user { id } package { id } }"


@dataclass
class Account:
    """An account as those who work in it know it; others change it meanwhile."""

    business: Business
    domain: str
    # The users, each with the license that they were last seen with.
    people: dict[str, str | None] = field(default_factory=dict)

    @property
    def id(self) -> UUID:
        """The key of the account."""
        return key(self.business.account_id)

    def somebody(self, random: Random, *, licensed: bool) -> str | None:
        """A user who had, or had not, a license when somebody last looked."""
        fitting = [user for user, license in self.people.items() if (license is not None) == licensed]
        return random.choice(fitting) if fitting else None


@dataclass
class Administrator:
    """One who does one thing after the other, and keeps what is acknowledged in the ledger."""

    account: Account
    ledger: Ledger
    random: Random
    client: Patient
    version: int = 0

    @classmethod
    def of(cls, site: Site, account: Account, ledger: Ledger, seed: str) -> "Administrator":
        """Somebody with choices of their own."""
        random = Random(seed)
        client = Patient(lambda: site.url(random), account.business.token, ledger.experience)
        return cls(account, ledger, random, client)

    def choose_package(self) -> str:
        """Any package."""
        return self.random.choice(list(self.account.business.packages.values()))

    async def mutate(self, name: str, fields: str = "", /, **values: Any) -> dict[str, Any]:
        """Call a mutation until it is answered; the answer is counted by its type."""
        before = self.client.retries
        answer = await self.client.mutate(name, fields, **values)
        self.ledger.note(name, answer["__typename"], self.client.retries - before)
        return answer

    async def read(self, name: str, query: str, **variables: Any) -> dict[str, Any]:
        """Run a query on the account until it is answered."""
        before = self.client.retries
        data = await self.client.run(query, **variables)
        self.ledger.note(name, "read", self.client.retries - before)
        return data["account"]

    def keep_license(self, shown: dict[str, Any]) -> UUID:
        """Keep a license that was answered, as one that exists; returns its id."""
        license = key(shown["id"])
        self.ledger.given[license] = (key(shown["user"]["id"]), key(shown["package"]["id"]))
        return license

    async def rest(self, most: float) -> None:
        """Do nothing for a moment, as people do."""
        await asyncio.sleep(self.random.uniform(0, most))


def key(id: str) -> UUID:
    """The key inside a global id."""
    return UUID(split_id(id)[1])
