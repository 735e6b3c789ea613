"""The port that a payment provider fills; the providers themselves are in `payments/`."""

from dataclasses import dataclass
from typing import Protocol

from models.tables import Payment, PaymentState


class ProviderUnavailable(Exception):
    """The provider gave no answer: whether it charged is unknown until it is asked again."""


@dataclass(frozen=True)
class ChargeOutcome:
    """The provider's answer to a charge. REQUIRES_ACTION carries the secret for its browser SDK."""

    state: PaymentState
    decline_code: str | None = None
    client_secret: str | None = None


class PaymentProvider(Protocol):
    """Charges a payment. A call for the same payment never charges twice, and returns the current outcome."""

    name: str
    # Whether a charge moves money: one that the database loses cannot be undone.
    moves_money: bool

    def accepts(self, method: str) -> bool:
        """Whether the payment method may be one of this provider's, without a request to it."""
        ...

    async def charge(self, payment: Payment) -> ChargeOutcome:
        """Charge `payment.amount` once, keyed by `payment.id`. Raises ProviderUnavailable."""
        ...
