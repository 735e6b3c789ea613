"""Cart and CartLine."""

from functools import partial
from uuid import UUID

import strawberry

from api.schema.context import Info
from api.schema.ids import encode_id
from api.schema.node import Node
from api.schema.types.money import Money
from api.schema.types.package import Package, load_package
from engine.breadth_first.loaders import by_loaders
from engine.sql.mappings import MIRRORS, VIEWER, Column, Computed, Embedded, Join, Listed, Mirror, ToOne, columns
from models.rules import carts
from models.rules.carts import CartContents, CartLineContents


@strawberry.type(description="One package in a cart, and how many seats of it.")
class CartLine(Node):
    """One line of a cart."""

    package_id: strawberry.Private[UUID]
    quantity: int = strawberry.field(description="Seats to buy, 1 to 10 000.")
    unit_price: Money = strawberry.field(description="Today's price of one seat; frozen by validatePurchase.")
    total: Money = strawberry.field(description="quantity x unitPrice, before taxes.")

    @strawberry.field(description="What is being bought.")
    @by_loaders
    async def package(self, info: Info) -> Package:
        """The line's package."""
        return await load_package(info, self.package_id)

    @classmethod
    def of(cls, line: CartLineContents) -> "CartLine":
        """Present a line."""
        return cls(
            id=encode_id("CartLine", line.id),
            package_id=line.package_id,
            quantity=line.quantity,
            unit_price=Money(amount=line.unit_price, currency=line.currency),
            total=Money(amount=line.total, currency=line.currency),
        )


@strawberry.type(
    description="What the viewer is about to buy. Each signed-in user has one, and each API key one of its own."
)
class Cart(Node):
    """The cart of a user or an API key."""

    version: str = strawberry.field(
        description="Changes with every edit; validatePurchase refuses a cart that moved."
    )
    lines: list[CartLine] = strawberry.field(description="One for each package, lowest tier first.")
    total: Money = strawberry.field(description="The sum of the lines, before taxes.")

    @classmethod
    def of(cls, cart: CartContents) -> "Cart":
        """Present a cart."""
        return cls(
            id=encode_id("Cart", cart.owner_id),
            version=str(cart.version),
            lines=[CartLine.of(line) for line in cart.lines],
            total=Money(amount=cart.total, currency=cart.currency),
        )


def _cart_id(api_key_id: UUID | None, buyer_id: UUID) -> strawberry.ID:
    return encode_id("Cart", api_key_id or buyer_id)


MIRRORS.add(
    Mirror(
        "CartLine",
        carts.LINES,
        {
            "id": Column(("id",), partial(encode_id, "CartLine")),
            **columns("quantity"),
            "unitPrice": Embedded("Money", {"amount": Column(("unit_price",), str), **columns("currency")}),
            "total": Embedded("Money", {"amount": Column(("total",), str), **columns("currency")}),
            "package": ToOne("Package", Join("packages", on={"id": "package_id"}, shared=True)),
        },
        where=carts.OF_VIEWER,
    )
)
MIRRORS.add(
    Mirror(
        "Cart",
        VIEWER,
        {
            "id": Column(("api_key_id", "buyer_id"), _cart_id),
            "version": Computed(carts.VERSION, str),
            "lines": Listed("CartLine", order=("tier", "code")),
            "total": Embedded("Money", {"amount": Computed(carts.TOTAL, str), "currency": Computed(carts.CURRENCY)}),
        },
    )
)
