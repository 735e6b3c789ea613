"""Payment providers. The port they fill is `models.payment_provider`."""

from models.payment_provider import PaymentProvider
from payments.sandbox import SandboxProvider

PROVIDERS: dict[str, type[PaymentProvider]] = {"sandbox": SandboxProvider}


def make_provider(name: str) -> PaymentProvider:
    """The provider with this name. Raises KeyError."""
    return PROVIDERS[name]()
