"""Purchase, PurchaseLine and Payment."""

from datetime import datetime

import strawberry

from api.schema.context import Info
from api.schema.enums import PaymentState, PurchaseState
from api.schema.node import Node
from api.schema.types.mapped import Mapped, column, mapped, planned
from api.schema.types.money import Money, money
from api.schema.types.package import PACKAGE, Package, load_package
from engine.breadth_first.loaders import awaits_loaders_only
from engine.sql.mappings import Join, ToMany, ToOne
from models import tables
from models.database.clock import now
from models.rules.purchases import LINES, PricedLine
from models.tables.purchase import state_at


@mapped(LINES, description="One package of a purchase, at the price it had when prices were frozen.")
class PurchaseLine(Mapped):
    """One line of a purchase."""

    row: strawberry.Private[PricedLine]
    quantity: int = column("Seats bought, 1 to 10 000.")
    unit_price: Money = money("The frozen price of one seat, before taxes.", "unit_price")
    total: Money = money("quantity x unitPrice, before taxes.", "total")

    @planned(PACKAGE, "What was bought.")
    @awaits_loaders_only
    async def package(self, info: Info) -> Package:
        """The line's package."""
        return await load_package(info, self.row.package_id)


@mapped("payments", description="The newest attempt to pay for a purchase.")
class Payment(Mapped):
    """An attempt to pay."""

    row: strawberry.Private[tables.Payment]
    provider: str = column("Who charges: sandbox moves no money.")
    state: PaymentState = column("Where the payment is on its way.")
    client_secret: str | None = column("For a provider's browser SDK, e.g. Stripe Elements; null once settled.")
    decline_code: str | None = column("Why the provider declined, in its own code.")


def _state(state: str, expires_at: datetime) -> PurchaseState:
    return state_at(PurchaseState(state), expires_at, now())


@mapped(
    "purchases",
    description="A cart that was validated, or lines that were prepared without one, and what became of it.",
)
class Purchase(Mapped, Node):
    """A purchase, complete or on its way."""

    row: strawberry.Private[tables.Purchase]
    known_payment: strawberry.Private[tables.Payment | None] = None
    number: str = column("Human-readable, unique, for invoices: P-2026-000123.")
    state: PurchaseState = column("Where the purchase is on its way.", "state", "expires_at", show=_state)
    total: Money = money("The sum of the lines, before taxes.", "total")
    created_at: datetime = column("When its prices were frozen.")
    expires_at: datetime | None = column("Until when the frozen prices hold.")
    accepted_at: datetime | None = column("When the buyer accepted; null until then.")
    completed_at: datetime | None = column(
        "When the payment was confirmed and the seats came into being; null until then."
    )

    @planned(ToMany(of=("purchase_id", "id")), "What is bought, one line for each package, lowest tier first.")
    @awaits_loaders_only
    async def lines(self, info: Info) -> list[PurchaseLine]:
        """The purchase's lines."""
        rows = await info.context.loaders(self.row.account_id).lines_of_purchase.load(self.row.id)
        return [PurchaseLine.of(PricedLine.of(row, self.row.currency)) for row in rows or []]

    @planned(
        ToOne(Join("payments", on={"purchase_id": "id"}, newest=True)),
        "The newest attempt to pay; null before the first.",
    )
    @awaits_loaders_only
    async def payment(self, info: Info) -> Payment | None:
        """The purchase's newest payment."""
        loader = info.context.loaders(self.row.account_id).payment_of_purchase
        row = self.known_payment or await loader.load(self.row.id)
        return Payment.of(row) if row else None

    @classmethod
    def of(cls, row: tables.Purchase, payment: tables.Payment | None = None) -> "Purchase":
        """Present a row, with the payment where the caller knows it."""
        return cls.showing(row, known_payment=payment)
