"""Filling the cart that all administrators of an account share, buying what is in it, thinking better of it."""

from typing import Any
from uuid import uuid4

from tests.soak.administrator import Administrator, key

CART = "cart { version lines { id } }"
READ = f"{{ account {{ {CART} }} }}"
PURCHASE = "purchase { id state lines { quantity package { id } } }"
METHODS = ["pm_card_visa"] * 6 + ["pm_card_chargeDeclined"] * 2 + ["pm_card_threeDSecureRequired"] * 2


async def add_to_cart(admin: Administrator) -> None:
    """Put a few seats in the cart."""
    await admin.mutate("addToCart", packageId=admin.choose_package(), quantity=admin.random.randint(1, 3))


async def edit_cart(admin: Administrator) -> None:
    """Change a line of the cart, or take it out."""
    cart = (await admin.read("cart", READ))["cart"]
    if not cart["lines"]:
        return
    line = admin.random.choice(cart["lines"])["id"]
    if admin.random.random() < 0.5:
        await admin.mutate("removeFromCart", cartLineId=line)
    else:
        await admin.mutate("changeCartLine", cartLineId=line, quantity=admin.random.randint(0, 4))


async def buy(admin: Administrator) -> None:
    """Buy what is in the cart, or cancel the purchase at the last moment."""
    cart = (await admin.read("cart", READ))["cart"]
    if not cart["lines"]:
        cart = (
            await admin.mutate(
                "addToCart",
                f"... on CartChanged {{ {CART} }}",
                packageId=admin.choose_package(),
                quantity=admin.random.randint(1, 3),
            )
        )["cart"]
    fields = f"... on PurchaseValidated {{ {PURCHASE} }}"
    validated = await admin.mutate("validatePurchase", fields, cartVersion=cart["version"])
    if validated["__typename"] != "PurchaseValidated":
        return
    purchase = validated["purchase"]
    if admin.random.random() < 0.1:
        await _cancel(admin, purchase["id"])
    else:
        await _pay(admin, purchase)


async def _cancel(admin: Administrator, purchase: str) -> None:
    answer = await admin.mutate("cancelPurchase", purchaseId=purchase)
    if answer["__typename"] == "PurchaseCancelled":
        admin.ledger.cancelled.add(key(purchase))


async def _pay(admin: Administrator, validated: dict[str, Any]) -> None:
    answer = await admin.mutate(
        "proceedToPurchase",
        f"... on PurchaseProceeded {{ {PURCHASE} }} ... on PaymentDeclinedError {{ declineCode }}",
        purchaseId=validated["id"],
        acceptLicenses=True,
        paymentMethod=admin.random.choice(METHODS),
        idempotencyKey=str(uuid4()),
    )
    purchase = key(validated["id"])
    if answer["__typename"] == "PaymentDeclinedError":
        admin.ledger.declined.add(purchase)
    elif answer["__typename"] == "PurchaseProceeded":
        seats = {key(line["package"]["id"]): line["quantity"] for line in answer["purchase"]["lines"]}
        admin.ledger.accepted.add(purchase)
        if answer["purchase"]["state"] == "COMPLETED":
            admin.ledger.completed[purchase] = seats
