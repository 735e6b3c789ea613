"""The port that a payment provider fills; the providers themselves are in `payments/`."""

from dataclasses import dataclass
from typing import Protocol

from models.tables import Payment, PaymentState


class ProviderUnavailable(Exception):
    """The provider gave no answer: whether it charged is unknown until it is asked again."""


@dataclass(frozen=True)
class ChargeOutcome:
    """What the provider says of a charge. REQUIRES_ACTION carries the secret for its browser SDK."""

    state: PaymentState
    decline_code: str | None = None
    client_secret: str | None = None


class PaymentProvider(Protocol):
    """Charges a payment. Calling again with the same payment never charges twice and tells the outcome of now."""

    name: str
    # Whether a charge costs somebody something: what the database loses of it cannot be taken back.
    moves_money: bool

    def accepts(self, method: str) -> bool:
        """Tell whether the payment method could be one of this provider's, without asking it."""
        ...

    async def charge(self, payment: Payment) -> ChargeOutcome:
        """Charge `payment.amount` once, keyed by `payment.id`. Raises ProviderUnavailable."""
        ...
