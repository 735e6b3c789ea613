"""A provider that holds payments, so that a process can be killed or stopped in the middle of one.

Run with `python -m` it is the command `usher` with this provider. It charges as the sandbox does; the payment method
tells where it stops. Once it is there, it leaves a file named after the payment in the folder where it runs.
"""

import asyncio
import sys
from pathlib import Path

from models.rules.payment_provider import ChargeOutcome
from models.tables import Payment
from payments import PROVIDERS
from payments.sandbox import SandboxProvider
from tests.support.waiting import until
from usher.main import main

COMMAND = (sys.executable, "-m", "tests.support.held_payments")

# For ever, before it has charged or after.
HELD_BEFORE_CHARGE = "pm_card_amex"
HELD_AFTER_CHARGE = "pm_card_mastercard"
# After it has charged, until the folder has a file of this name.
HELD_FOR_A_WHILE = "pm_card_visa"
GO_ON = "go-on"


class HoldingProvider(SandboxProvider):
    """The sandbox, behind a line that holds on."""

    async def charge(self, payment: Payment) -> ChargeOutcome:
        """Charge, and answer later or never."""
        if payment.method == HELD_BEFORE_CHARGE:
            await _hold(payment)
        outcome = await super().charge(payment)
        await _hold(payment)
        return outcome


async def until_held(folder: Path, count: int) -> None:
    """Wait until so many payments are held."""
    await until(lambda: len(list(folder.glob("*.held"))) == count)


def hold_payments() -> None:
    """Have this process hold payments."""
    PROVIDERS["sandbox"] = HoldingProvider


async def _hold(payment: Payment) -> None:
    Path(f"{payment.id}.held").touch()
    while payment.method != HELD_FOR_A_WHILE or not Path(GO_ON).exists():  # noqa: ASYNC110
        await asyncio.sleep(0.01)


# Workers import this module under the second name.
if __name__ in {"__main__", "__mp_main__"}:
    hold_payments()
if __name__ == "__main__":
    main()
