"""Purchase, PurchaseLine and Payment."""

from datetime import datetime
from decimal import Decimal
from functools import partial
from uuid import UUID

import strawberry

from api.schema.context import Info
from api.schema.enums import PaymentState, PurchaseState
from api.schema.ids import encode_id
from api.schema.node import Node
from api.schema.types.money import Money
from api.schema.types.package import Package, load_package
from engine.breadth_first.loaders import by_loaders
from engine.sql.mappings import MIRRORS, Column, Embedded, Join, Listed, Mirror, ToOne, columns
from models import tables
from models.database.clock import now
from models.tables.purchase import state_at


@strawberry.type(description="One package of a purchase, at the price it had when prices were frozen.")
class PurchaseLine:
    """One line of a purchase."""

    package_id: strawberry.Private[UUID]
    quantity: int = strawberry.field(description="Seats bought, 1 to 10 000.")
    unit_price: Money = strawberry.field(description="The frozen price of one seat, before taxes.")
    total: Money = strawberry.field(description="quantity x unitPrice, before taxes.")

    @strawberry.field(description="What was bought.")
    @by_loaders
    async def package(self, info: Info) -> Package:
        """The line's package."""
        return await load_package(info, self.package_id)


@strawberry.type(description="The newest attempt to pay for a purchase.")
class Payment:
    """An attempt to pay."""

    provider: str = strawberry.field(description="Who charges: sandbox moves no money.")
    state: PaymentState = strawberry.field(description="Where the payment is on its way.")
    client_secret: str | None = strawberry.field(
        description="For a provider's browser SDK, e.g. Stripe Elements; null once settled."
    )
    decline_code: str | None = strawberry.field(description="Why the provider declined, in its own code.")


@strawberry.type(
    description="A cart that was validated, or lines that were prepared without one, and what became of it."
)
class Purchase(Node):
    """What was bought, or is about to be."""

    row: strawberry.Private[tables.Purchase]
    known_payment: strawberry.Private[tables.Payment | None]
    number: str = strawberry.field(description="Human-readable, unique, for invoices: P-2026-000123.")
    state: PurchaseState = strawberry.field(description="Where the purchase is on its way.")
    total: Money = strawberry.field(description="The sum of the lines, before taxes.")
    created_at: datetime = strawberry.field(description="When its prices were frozen.")
    expires_at: datetime | None = strawberry.field(description="Until when the frozen prices hold.")
    accepted_at: datetime | None = strawberry.field(description="When the buyer accepted; null until then.")
    completed_at: datetime | None = strawberry.field(
        description="When the payment was confirmed and the seats came into being; null until then."
    )

    @strawberry.field(description="What is bought, one line for each package, lowest tier first.")
    @by_loaders
    async def lines(self, info: Info) -> list[PurchaseLine]:
        """The purchase's lines."""
        rows = await info.context.loaders(self.row.account_id).lines_of_purchase.load(self.row.id)
        return [_line(row, self.row.currency) for row in rows or []]

    @strawberry.field(description="The newest attempt to pay; null before the first.")
    @by_loaders
    async def payment(self, info: Info) -> Payment | None:
        """The purchase's newest payment."""
        loader = info.context.loaders(self.row.account_id).payment_of_purchase
        row = self.known_payment or await loader.load(self.row.id)
        if row is None:
            return None
        return Payment(
            provider=row.provider,
            state=row.state,
            client_secret=row.client_secret,
            decline_code=row.decline_code,
        )

    @classmethod
    def of(cls, row: tables.Purchase, payment: tables.Payment | None = None) -> "Purchase":
        """Present a row, with the payment where the caller knows it."""
        return cls(
            id=encode_id("Purchase", row.id),
            row=row,
            known_payment=payment,
            number=row.number,
            state=row.state_at(now()),
            total=Money(amount=row.total, currency=row.currency),
            created_at=row.created_at,
            expires_at=row.expires_at,
            accepted_at=row.accepted_at,
            completed_at=row.completed_at,
        )


def _line(row: tables.PurchaseLine, currency: str) -> PurchaseLine:
    return PurchaseLine(
        package_id=row.package_id,
        quantity=row.quantity,
        unit_price=Money(amount=row.unit_price, currency=currency),
        total=Money(amount=row.quantity * row.unit_price, currency=currency),
    )


def _state_now(state: str, expires_at: datetime) -> PurchaseState:
    return state_at(PurchaseState(state), expires_at, now())


def _total(quantity: int, unit_price: Decimal) -> str:
    return str(quantity * unit_price)


MIRRORS.add(
    Mirror(
        "PurchaseLine",
        "purchase_lines",
        {
            **columns("quantity"),
            "unitPrice": Embedded(
                "Money", {"amount": Column(("unit_price",), str), "currency": Column(("purchase.currency",))}
            ),
            "total": Embedded(
                "Money",
                {"amount": Column(("quantity", "unit_price"), _total), "currency": Column(("purchase.currency",))},
            ),
            "package": ToOne("Package", Join("packages", on={"id": "package_id"}, shared=True)),
        },
        joins={"purchase": Join("purchases", on={"id": "purchase_id"})},
    )
)
MIRRORS.add(Mirror("Payment", "payments", columns("provider", "state", "client_secret", "decline_code")))
MIRRORS.add(
    Mirror(
        "Purchase",
        "purchases",
        {
            "id": Column(("id",), partial(encode_id, "Purchase")),
            "state": Column(("state", "expires_at"), _state_now),
            **columns("number", "created_at", "expires_at", "accepted_at", "completed_at"),
            "total": Embedded("Money", {"amount": Column(("total",), str), **columns("currency")}),
            "lines": Listed("PurchaseLine", of=("purchase_id", "id")),
            "payment": ToOne("Payment", Join("payments", on={"purchase_id": "id"}, newest=True), nullable=True),
        },
    )
)
