"""Cart and CartLine."""

from uuid import UUID

import strawberry

from api.schema.context import Info
from api.schema.ids import encode_id
from api.schema.node import Node
from api.schema.types.mapped import Mapped, column, mapped, planned
from api.schema.types.money import Money, money
from api.schema.types.package import PACKAGE, Package, load_package
from engine.breadth_first.loaders import awaits_loaders_only
from engine.sql.mappings import VIEWER, Column, Computed, Embedded, ToMany
from models.rules import carts
from models.rules.carts import CartContents, CartLineContents


@mapped(carts.LINES, where=carts.OF_VIEWER, description="One package in a cart, and how many seats of it.")
class CartLine(Mapped, Node):
    """One line of a cart."""

    row: strawberry.Private[CartLineContents]
    quantity: int = column("Seats to buy, 1 to 10 000.")
    unit_price: Money = money("Today's price of one seat; frozen by validatePurchase.", "unit_price")
    total: Money = money("quantity x unitPrice, before taxes.", "total")

    @planned(PACKAGE, "What is being bought.")
    @awaits_loaders_only
    async def package(self, info: Info) -> Package:
        """The line's package."""
        return await load_package(info, self.row.package_id)


def _id(api_key_id: UUID | None, buyer_id: UUID) -> strawberry.ID:
    return encode_id("Cart", api_key_id or buyer_id)


@mapped(
    VIEWER,
    id=Column(("api_key_id", "buyer_id"), _id),
    description="What the viewer is about to buy. Each signed-in user has one, and each API key one of its own.",
)
class Cart(Mapped, Node):
    """The cart of a user or an API key."""

    version: str = planned(
        Computed(carts.VERSION, str), "Changes with every edit; validatePurchase refuses a cart that moved."
    )
    lines: list[CartLine] = planned(ToMany(order=("tier", "code")), "One for each package, lowest tier first.")
    total: Money = planned(
        Embedded({"amount": Computed(carts.TOTAL), "currency": Computed(carts.CURRENCY)}),
        "The sum of the lines, before taxes.",
    )

    @classmethod
    def of(cls, row: CartContents) -> "Cart":
        """Present a cart."""
        return cls(
            id=encode_id("Cart", row.owner_id),
            version=str(row.version),
            lines=[CartLine.of(line) for line in row.lines],
            total=Money(amount=row.total, currency=row.currency),
        )
