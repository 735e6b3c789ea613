"""Payment providers that behave as a test wants."""

import asyncio
from dataclasses import dataclass, field
from uuid import UUID

from models.rules.payment_provider import ChargeOutcome, ProviderUnavailable
from models.tables import Payment
from payments import make_provider


@dataclass
class FickleProvider:
    """The sandbox behind a bad line: it can be away before it charges, or after, when nobody hears the outcome."""

    fails_before: bool = False
    fails_after: bool = False
    name: str = "sandbox"
    asked: list[UUID] = field(default_factory=list)

    def accepts(self, method: str) -> bool:
        """As the sandbox."""
        return make_provider("sandbox").accepts(method)

    async def charge(self, payment: Payment) -> ChargeOutcome:
        """As the sandbox, unless the line breaks."""
        self.asked.append(payment.id)
        if self.fails_before:
            raise ProviderUnavailable
        outcome = await make_provider("sandbox").charge(payment)
        if self.fails_after:
            raise ProviderUnavailable
        return outcome


class ProcessDied(Exception):
    """Stands for a process that ends in the middle of something."""


@dataclass
class FatalProvider(FickleProvider):
    """The sandbox, asked by a process that dies before it hears the outcome."""

    async def charge(self, payment: Payment) -> ChargeOutcome:
        """Charge, and die."""
        await super().charge(payment)
        raise ProcessDied


@dataclass
class SlowProvider(FickleProvider):
    """The sandbox, which answers nobody before as many have asked as are expected."""

    expected: int = 2
    all_asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def charge(self, payment: Payment) -> ChargeOutcome:
        """Charge once everybody has asked."""
        outcome = await super().charge(payment)
        if len(self.asked) >= self.expected:
            self.all_asked.set()
        await asyncio.wait_for(self.all_asked.wait(), 20)
        return outcome
