"""The cart that proceedToPurchase answers with: the buyer's, as it is now."""

import asyncio
from typing import Any

import pytest

from api.schema.ids import encode_id
from models.database.connection import fetch
from models.events.seat_feed import Feed
from models.tables import Purchase, Role
from tests.support.carts import shown_cart
from tests.support.client import Client
from tests.support.company import Company
from tests.support.paying import Unavailable, paying
from tests.support.serving import serving
from tests.support.shown import CART
from tests.support.unchanged import nothing_changes

PROCEEDED = f"... on PurchaseProceeded {{ purchase {{ state }} cart {CART} }}"


async def proceed(client: Client, purchase: Purchase, **changes: Any) -> dict[str, Any]:
    return await client.mutate("proceedToPurchase", PROCEEDED, **paying(purchase, **changes))


async def waiting(company: Company) -> Purchase:
    await company.put_in_cart(ECO=3, ADVANCED=1)
    return await company.validate()


async def test_a_paid_cart_is_answered_empty(admin: Client, company: Company) -> None:
    answer = await proceed(admin, await waiting(company))
    assert answer == {
        "__typename": "PurchaseProceeded",
        "purchase": {"state": "COMPLETED"},
        "cart": await shown_cart(company, 3),
    }


async def test_the_same_key_again_answers_the_cart_as_it_is_by_then(admin: Client, company: Company) -> None:
    purchase = await waiting(company)
    await proceed(admin, purchase)
    await company.put_in_cart(PRO=4)
    async with nothing_changes():
        again = await proceed(admin, purchase)
    assert (again["purchase"]["state"], again["cart"]) == ("COMPLETED", await shown_cart(company, 4, PRO=4))


async def test_a_cart_whose_payment_waits_still_holds_its_lines(admin: Client, company: Company) -> None:
    purchase = await waiting(company)
    answer = await proceed(admin, purchase, paymentMethod="pm_card_threeDSecureRequired")
    assert answer["purchase"]["state"] == "AWAITING_PAYMENT"
    assert answer["cart"] == await shown_cart(company, 2, ECO=3, ADVANCED=1)
    await fetch("UPDATE sandbox_charges SET charged_at = charged_at - interval '1 minute'")
    answer = await proceed(admin, purchase, paymentMethod="pm_card_threeDSecureRequired")
    assert (answer["purchase"]["state"], answer["cart"]) == ("COMPLETED", await shown_cart(company, 3))


async def test_a_cart_whose_provider_gives_no_answer_still_holds_its_lines(
    admin: Client, company: Company, feed: Feed
) -> None:
    purchase = await waiting(company)
    async with serving(Unavailable(charges=False), feed, admin.token or "") as elsewhere:
        answer = await proceed(elsewhere, purchase)
    assert answer["cart"] == await shown_cart(company, 2, ECO=3, ADVANCED=1)


async def test_a_colleague_who_pays_is_answered_with_the_buyers_cart(
    client: Client, admin: Client, company: Company
) -> None:
    purchase = await waiting(company)
    dora = await company.add_user("Dora", role=Role.ADMINISTRATOR)
    async with client.signed_in(await company.access_token(dora)) as other:
        answer = await proceed(other, purchase)
    assert answer["cart"] == await shown_cart(company, 3)
    assert answer["cart"]["id"] == encode_id("Cart", company.administrator.id)


async def test_calls_at_once_with_one_key_all_answer_the_cart_after_it(admin: Client, company: Company) -> None:
    purchase = await waiting(company)
    answers = await asyncio.gather(*(proceed(admin, purchase) for _ in range(5)))
    assert [answer["cart"] for answer in answers] == [await shown_cart(company, 3)] * 5


@pytest.mark.parametrize("first", [True, False], ids=["paid before", "edited before"])
async def test_beside_other_changes_in_one_document_each_cart_is_of_its_own_moment(
    admin: Client, company: Company, first: bool
) -> None:
    purchase = await waiting(company)
    pay = "paid: proceedToPurchase(input: $pay) { ... on PurchaseProceeded { cart { version lines { quantity } } } }"
    add = "added: addToCart(input: $add) { ... on CartChanged { cart { version lines { quantity } } } }"
    package = encode_id("Package", company.packages["PRO"].id)
    both = f"{pay} {add}" if first else f"{add} {pay}"
    found = await admin.run(
        f"mutation ($pay: ProceedToPurchaseInput!, $add: AddToCartInput!) {{ {both} }}",
        pay=paying(purchase),
        add={"packageId": package, "quantity": 6},
    )
    if first:
        assert found["paid"] == {"cart": {"version": "3", "lines": []}}
        assert found["added"] == {"cart": {"version": "4", "lines": [{"quantity": 6}]}}
    else:
        assert found["added"]["cart"]["version"] == "3"
        # The cart was edited since it was validated.
        assert found["paid"] == {}
