"""Carts as answers show them."""

from decimal import Decimal
from typing import Any

from api.schema.ids import encode_id
from models.tables import ApiKey, Cart, CartLine, User
from tests.support.company import Company
from tests.support.shown import money

# The prices of a seat in the shipped catalogue.
PRICES = {"ECO": "60.00", "ADVANCED": "149.00", "PRO": "249.00"}


async def line_ids(owner: User | ApiKey) -> dict[str, str]:
    """The global ids of the lines in a user's or a key's cart by package code."""
    column = "user_id" if isinstance(owner, User) else "api_key_id"
    lines = await CartLine.filter(**{column: owner.id}).prefetch_related("package")
    return {line.package.code: encode_id("CartLine", line.id) for line in lines}


async def cart_version(user: User) -> int:
    """The version of a user's cart now; 0 when it was never used."""
    cart = await Cart.get_or_none(user_id=user.id)
    return cart.version if cart else 0


async def shown_cart(company: Company, version: int, **seats: int) -> dict[str, Any]:
    """The administrator's cart with all its fields, e.g. ECO=2, PRO=1, lowest tier first."""
    return await shown_cart_of(company.administrator, version, **seats)


async def shown_cart_of(owner: User | ApiKey, version: int, **seats: int) -> dict[str, Any]:
    """The same of anybody's, or a key's."""
    ids = await line_ids(owner)
    return {
        "id": encode_id("Cart", owner.id),
        "version": str(version),
        "total": money(total_of(**seats)),
        "lines": [{"id": ids.get(code), **shown_line(code, quantity)} for code, quantity in seats.items()],
    }


def shown_line(code: str, quantity: int) -> dict[str, Any]:
    """A line of a cart or of a purchase, without its id."""
    return {
        "quantity": quantity,
        "package": {"code": code},
        "unitPrice": money(PRICES[code]),
        "total": money(total_of(**{code: quantity})),
    }


def total_of(**seats: int) -> str:
    """The price of so many seats."""
    return str(sum((Decimal(PRICES[code]) * quantity for code, quantity in seats.items()), Decimal("0.00")))
