"""Buying without a cart over HTTP, and what a key has in its cart."""

from typing import Any

from api.schema.ids import encode_id
from models.tables import Purchase
from tests.support.client import Client
from tests.support.company import Company
from tests.support.licensing import id_of
from tests.support.shown import CART, INVALID_INPUT, NOT_FOUND, PURCHASE

Json = dict[str, Any]

PREPARED = (
    f"... on PurchaseValidated {{ purchase {PURCHASE} replaced {{ id }} }}"
    f" {INVALID_INPUT} {NOT_FOUND} ... on NotPermittedError {{ requires }}"
)
MY_CART = f"{{ account {{ cart {CART} }} }}"


def lines_of(company: Company, **seats: int) -> list[Json]:
    """Lines of an input, e.g. PRO=2."""
    return [{"packageId": id_of(company.packages[code]), "quantity": quantity} for code, quantity in seats.items()]


async def prepare(client: Client, company: Company, **seats: int) -> Json:
    """Prepare a purchase over HTTP; the answer with all its fields."""
    return await client.mutate("preparePurchase", PREPARED, lines=lines_of(company, **seats))


async def prepared(client: Client, company: Company, **seats: int) -> Purchase:
    """The same, as it is stored."""
    answer = await prepare(client, company, **seats)
    assert answer["__typename"] == "PurchaseValidated", answer
    return await Purchase.get(number=answer["purchase"]["number"])


async def add_to_cart(client: Client, company: Company, code: str, quantity: int) -> Json:
    """Put seats in the caller's cart over HTTP; the cart after it."""
    given = {"packageId": id_of(company.packages[code]), "quantity": quantity}
    answer = await client.mutate("addToCart", f"... on CartChanged {{ cart {CART} }}", **given)
    return answer["cart"]


async def validate(client: Client, version: str) -> Purchase:
    """Validate the caller's cart over HTTP; the purchase as it is stored."""
    fields = "... on PurchaseValidated { purchase { number } }"
    answer = await client.mutate("validatePurchase", fields, cartVersion=version)
    return await Purchase.get(number=answer["purchase"]["number"])


def purchase_id(purchase: Purchase) -> str:
    """The id that clients know a purchase by."""
    return encode_id("Purchase", purchase.id)
