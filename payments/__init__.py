"""Payment providers. The port they fill is `models.rules.payment_provider`."""

from models.rules.payment_provider import PaymentProvider
from payments.sandbox import SandboxProvider

PROVIDERS: dict[str, type[PaymentProvider]] = {"sandbox": SandboxProvider}


def make_provider(name: str) -> PaymentProvider:
    """The provider with this name. Raises KeyError."""
    return PROVIDERS[name]()
