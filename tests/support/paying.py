"""Proceeding to a purchase over HTTP, and providers that fail the way real ones do."""

from typing import Any

from api.schema.ids import encode_id
from models.operations.purchasing.proceed_to_purchase import PurchaseProceeded, proceed_to_purchase
from models.rules.payment_provider import ChargeOutcome, ProviderUnavailable
from models.tables import Payment, Purchase
from payments.sandbox import SandboxProvider
from tests.support.client import Client
from tests.support.company import Company
from tests.support.refusals import document
from tests.support.shown import INVALID_INPUT, POOL, PURCHASE

Json = dict[str, Any]

PROCEEDED = (
    f"... on PurchaseProceeded {{ purchase {PURCHASE} seatInventory {{ version asOf pools {POOL} }} }}"
    f" ... on PurchaseNotOpenError {{ purchase {PURCHASE} }}"
    f" ... on PaymentDeclinedError {{ declined: purchase {PURCHASE} declineCode }}"
    f" {INVALID_INPUT}"
)


def paying(purchase: Purchase, **changes: Any) -> Json:
    """An input of proceedToPurchase that succeeds, but for the changes."""
    values = {
        "purchaseId": encode_id("Purchase", purchase.id),
        "acceptLicenses": True,
        "paymentMethod": "pm_card_visa",
        "idempotencyKey": "the first wish",
    }
    return values | changes


async def pay(client: Client, purchase: Purchase, **changes: Any) -> Json:
    """Proceed over HTTP and return the answer with all its fields."""
    return await client.mutate("proceedToPurchase", PROCEEDED, **paying(purchase, **changes))


async def pay_raw(client: Client, purchase: Purchase, **changes: Any) -> bytes:
    """Proceed over HTTP and return the answer as it came over the wire."""
    body = {
        "query": document("proceedToPurchase", PROCEEDED),
        "variables": {"input": paying(purchase, **changes)},
    }
    response = await client.http.post("/graphql", json=body)
    return response.content


async def pay_with(provider: SandboxProvider, company: Company, purchase: Purchase) -> PurchaseProceeded:
    """Proceed as the server does, with the same input as `paying`, and with another provider."""
    return await proceed_to_purchase(
        company.viewer,
        purchase_id=purchase.id,
        accept_licenses=True,
        payment_method="pm_card_visa",
        idempotency_key="the first wish",
        provider=provider,
    )


class DiesBeforeCharging(SandboxProvider):
    """The process ends before the provider has heard anything."""

    def __init__(self, death: BaseException) -> None:
        self.death = death

    async def charge(self, payment: Payment) -> ChargeOutcome:  # noqa: ARG002
        """Charge nothing, and end."""
        raise self.death


class DiesAfterCharging(DiesBeforeCharging):
    """The process ends after the charge and before anybody wrote its outcome down."""

    async def charge(self, payment: Payment) -> ChargeOutcome:
        """Charge, and end."""
        await SandboxProvider.charge(self, payment)
        raise self.death


class Unavailable(SandboxProvider):
    """A provider that gives no answer; `charges` tells whether it charged all the same."""

    def __init__(self, *, charges: bool) -> None:
        self.charges = charges

    async def charge(self, payment: Payment) -> ChargeOutcome:
        """Charge perhaps, and time out."""
        if self.charges:
            await super().charge(payment)
        raise ProviderUnavailable
