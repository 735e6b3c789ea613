"""validatePurchase over HTTP."""

import asyncio
import re
from decimal import Decimal
from typing import Any

from models.database.clock import now
from models.database.connection import fetch
from models.rules.purchases import PRICES_HOLD
from models.tables import Purchase, PurchaseState, Role
from tests.support.carts import shown_cart
from tests.support.client import Client
from tests.support.company import Company
from tests.support.purchases import expire, shown_purchase
from tests.support.recorded import broken_invariants, records
from tests.support.refusals import (
    assert_bad_variables,
    assert_not_permitted,
    assert_unauthenticated,
    refusal,
)
from tests.support.shown import CART, PURCHASE
from tests.support.unchanged import nothing_changes

VALIDATED = f"... on PurchaseValidated {{ purchase {PURCHASE} replaced {PURCHASE} }}"
CART_CHANGED = f"... on CartChangedError {{ cart {CART} }}"
EMPTY = refusal("CartEmptyError", "CART_EMPTY", "The cart is empty.")
TABLES = ("accounts", "events", "purchases", "purchase_lines")


def changed(cart: dict[str, Any]) -> dict[str, Any]:
    message = "The cart was edited since. Look at it again and validate that version."
    return refusal("CartChangedError", "CART_CHANGED", message, cart=cart)


async def states() -> list[PurchaseState]:
    return [purchase.state async for purchase in Purchase.all().order_by("id")]


async def test_the_cart_becomes_a_purchase_that_waits(admin: Client, company: Company) -> None:
    await company.put_in_cart(ECO=3, PRO=2)
    earliest = now()
    async with nothing_changes(*TABLES), records(company, "purchase.validated") as events:
        answer = await admin.mutate("validatePurchase", VALIDATED, cartVersion="2")
    row = await Purchase.get(account_id=company.account_id)
    assert answer == {
        "__typename": "PurchaseValidated",
        "purchase": await shown_purchase(row, "AWAITING_ACCEPTANCE", ECO=3, PRO=2),
        "replaced": None,
    }
    assert answer["purchase"]["total"] == {"amount": "678.00", "currency": "CAD"}
    assert (answer["purchase"]["acceptedAt"], answer["purchase"]["completedAt"]) == (None, None)
    assert earliest <= row.created_at <= now()
    assert row.expires_at == row.created_at + PRICES_HOLD
    assert (row.buyer_id, row.cart_version) == (company.administrator.id, 2)
    assert events[0]["data"] == {"purchase_id": str(row.id), "number": row.number}
    assert events[0]["pools"] is None
    assert await company.counts() == {"ECO": (0, 0, 0), "ADVANCED": (0, 0, 0), "PRO": (0, 0, 0)}
    assert await broken_invariants() == {}


async def test_numbers_grow_and_are_readable(admin: Client, company: Company) -> None:
    await company.put_in_cart(PRO=1)
    asked = [await admin.mutate("validatePurchase", VALIDATED, cartVersion="1") for _ in range(3)]
    numbers = [answer["purchase"]["number"] for answer in asked]
    assert {bool(re.fullmatch(rf"P-{now().year}-\d{{6}}", number)) for number in numbers} == {True}
    assert numbers == sorted(set(numbers))


async def test_prices_are_frozen(admin: Client, company: Company) -> None:
    await company.put_in_cart(PRO=2)
    answer = await admin.mutate("validatePurchase", VALIDATED, cartVersion="1")
    await fetch("UPDATE packages SET unit_price = 999 WHERE code = 'PRO'")
    try:
        asked = await admin.run(
            f"query ($id: ID!) {{ node(id: $id) {{ ... on Purchase {PURCHASE} }} }}", id=answer["purchase"]["id"]
        )
        cart = (await admin.run(f"{{ account {{ cart {CART} }} }}"))["account"]["cart"]
    finally:
        await fetch("UPDATE packages SET unit_price = $1 WHERE code = 'PRO'", Decimal("249.00"))
    assert asked["node"] == answer["purchase"]
    assert cart["total"]["amount"] == "1998.00"


async def test_a_cart_edited_since_is_answered_with_the_cart(admin: Client, company: Company) -> None:
    await company.put_in_cart(PRO=2)
    await company.put_in_cart(ECO=1)
    async with nothing_changes():
        answer = await admin.mutate("validatePurchase", CART_CHANGED, cartVersion="1")
    assert answer == changed(await shown_cart(company, 2, ECO=1, PRO=2))
    answer = await admin.mutate("validatePurchase", VALIDATED, cartVersion=answer["cart"]["version"])
    assert answer["__typename"] == "PurchaseValidated"


async def test_a_version_that_is_not_the_carts_is_refused(admin: Client, company: Company) -> None:
    await company.put_in_cart(PRO=2)
    for version in [
        "",
        " ",
        "0",
        "2",
        "-1",
        "01",
        " 1",
        "1 ",
        "1.0",
        "+1",
        "one",
        "\x00",
        "1\x00",
        "\x1b[1m",
        "9" * 150_000,
        "\u0661",
    ]:
        async with nothing_changes():
            answer = await admin.mutate("validatePurchase", CART_CHANGED, cartVersion=version)
        assert answer == changed(await shown_cart(company, 1, PRO=2))


async def test_a_cart_that_was_never_used_is_empty(admin: Client, company: Company) -> None:
    async with nothing_changes():
        assert await admin.mutate("validatePurchase", VALIDATED, cartVersion="0") == EMPTY
        answer = await admin.mutate("validatePurchase", CART_CHANGED, cartVersion="1")
    assert answer == changed(await shown_cart(company, 0))


async def test_a_cart_that_was_emptied_is_empty(admin: Client, company: Company) -> None:
    await company.buy(PRO=1)
    async with nothing_changes():
        assert await admin.mutate("validatePurchase", VALIDATED, cartVersion="2") == EMPTY


async def test_a_cart_with_nothing_on_sale_is_empty(admin: Client, company: Company) -> None:
    await company.put_in_cart(PRO=1)
    await fetch("UPDATE packages SET on_sale = false WHERE code = 'PRO'")
    try:
        async with nothing_changes():
            assert await admin.mutate("validatePurchase", VALIDATED, cartVersion="1") == EMPTY
    finally:
        await fetch("UPDATE packages SET on_sale = true WHERE code = 'PRO'")


async def test_validating_again_cancels_the_purchase_that_waited(admin: Client, company: Company) -> None:
    await company.put_in_cart(PRO=2)
    first = await company.validate()
    recording = records(company, "purchase.cancelled", "purchase.validated")
    async with nothing_changes(*TABLES), recording as events:
        answer = await admin.mutate("validatePurchase", VALIDATED, cartVersion="1")
    assert events[0]["data"] == {"purchase_id": str(first.id), "number": first.number}
    assert await states() == [PurchaseState.CANCELLED, PurchaseState.AWAITING_ACCEPTANCE]
    assert answer["purchase"]["number"] > first.number
    assert answer["replaced"] == await shown_purchase(first, "CANCELLED", PRO=2)


async def test_validating_again_marks_the_purchase_that_expired(admin: Client, company: Company) -> None:
    await company.put_in_cart(PRO=2)
    first = await company.validate()
    await expire(first)
    async with records(company, "purchase.validated"):
        answer = await admin.mutate("validatePurchase", VALIDATED, cartVersion="1")
    assert answer["replaced"] == await shown_purchase(first, "EXPIRED", PRO=2)
    assert await states() == [PurchaseState.EXPIRED, PurchaseState.AWAITING_ACCEPTANCE]


async def test_each_buyer_has_a_purchase_of_their_own(client: Client, admin: Client, company: Company) -> None:
    dora = await company.add_user("Dora", role=Role.ADMINISTRATOR)
    await company.put_in_cart(PRO=2)
    first = await company.validate()
    async with client.signed_in(await company.access_token(dora)) as other:
        async with nothing_changes():
            assert await other.mutate("validatePurchase", VALIDATED, cartVersion="0") == EMPTY
        await other.run(
            "mutation ($input: AddToCartInput!) { addToCart(input: $input) { __typename } }",
            input={"packageId": (await admin.run("{ packages { id } }"))["packages"][0]["id"], "quantity": 1},
        )
        answer = await other.mutate("validatePurchase", VALIDATED, cartVersion="1")
    second = await Purchase.get(number=answer["purchase"]["number"])
    assert answer["purchase"] == await shown_purchase(second, "AWAITING_ACCEPTANCE", ECO=1)
    assert second.buyer_id == dora.id
    assert (await Purchase.get(id=first.id)).state is PurchaseState.AWAITING_ACCEPTANCE


async def test_validations_at_once_leave_one_purchase_that_waits(admin: Client, company: Company) -> None:
    await company.put_in_cart(PRO=2)
    more = ["purchase.cancelled", "purchase.validated"] * 9
    async with records(company, "purchase.validated", *more):
        tries = [admin.mutate("validatePurchase", VALIDATED, cartVersion="1") for _ in range(10)]
        answers = await asyncio.gather(*tries)
    assert {answer["purchase"]["state"] for answer in answers} == {"AWAITING_ACCEPTANCE"}
    numbers = {answer["purchase"]["number"] for answer in answers}
    replaced = {answer["replaced"]["number"] for answer in answers if answer["replaced"]}
    # Each but the first tells of the one whose place it took, and only the last is left.
    assert (len(numbers), len(replaced), len(numbers - replaced)) == (10, 9, 1)
    assert sorted(await states()) == [PurchaseState.AWAITING_ACCEPTANCE] + [PurchaseState.CANCELLED] * 9
    assert await broken_invariants() == {}


async def test_a_standard_user_may_not(standard: Client, company: Company) -> None:
    for version in ["0", "malformed"]:
        await assert_not_permitted(standard, "validatePurchase", "PURCHASE", cartVersion=version)


async def test_signed_out_is_a_top_level_error(client: Client, company: Company) -> None:
    for version in ["0", "malformed"]:
        await assert_unauthenticated(client, "validatePurchase", cartVersion=version)


async def test_a_version_of_a_wrong_type_is_a_top_level_error(admin: Client, company: Company) -> None:
    await company.put_in_cart(PRO=2)
    for version in [None, 1, True, 1.0, ["1", "2"], {"version": "1"}]:
        await assert_bad_variables(admin, "validatePurchase", cartVersion=version)
