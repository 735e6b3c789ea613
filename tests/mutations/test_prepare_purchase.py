"""preparePurchase over HTTP: buying without a cart."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from api.schema.ids import encode_id
from jobs.relay import Relay
from models.database.clock import now
from models.database.connection import fetch
from models.database.ids import new_id
from models.operations.purchasing.prepare_purchase import MOST_WAITING
from models.permissions import Permission
from models.rules.purchases import PRICES_HOLD
from models.tables import Payment, Purchase, PurchaseState
from tests.support.api_keys import make_key
from tests.support.buying import PREPARED, lines_of, prepare, prepared, purchase_id
from tests.support.carts import shown_cart
from tests.support.client import Client
from tests.support.company import Company
from tests.support.licensing import id_of
from tests.support.mails import Post
from tests.support.paying import pay, pay_raw
from tests.support.purchases import SUCCEEDED, charges, expire, shown_purchase
from tests.support.recorded import broken_invariants, records
from tests.support.refusals import (
    assert_bad_variables,
    assert_not_found,
    assert_not_permitted,
    assert_unauthenticated,
    refusal,
    wrong_ids,
)
from tests.support.shown import CART
from tests.support.unchanged import nothing_changes
from usher.mailbox.server import Mailbox

TABLES = ("accounts", "events", "purchases", "purchase_lines")
NO_SEATS = {"ECO": (0, 0, 0), "ADVANCED": (0, 0, 0), "PRO": (0, 0, 0)}


def bad(*fields: tuple[list[str], str]) -> dict[str, Any]:
    message = "; ".join(f"{'.'.join(path)}: {text}" for path, text in fields)
    shown = [{"path": path, "message": text} for path, text in fields]
    return refusal("InvalidInputError", "INVALID_INPUT", message, fields=shown)


async def states() -> list[str]:
    return [purchase.state.value async for purchase in Purchase.all().order_by("id")]


async def test_it_waits_for_acceptance_at_frozen_prices(admin: Client, company: Company) -> None:
    await company.put_in_cart(ADVANCED=9)
    async with nothing_changes(*TABLES), records(company, "purchase.validated") as events:
        answer = await prepare(admin, company, PRO=2, ECO=3)
    row = await Purchase.get()
    assert answer == {
        "__typename": "PurchaseValidated",
        "purchase": await shown_purchase(row, "AWAITING_ACCEPTANCE", ECO=3, PRO=2),
        "replaced": None,
    }
    assert row.expires_at == row.created_at + PRICES_HOLD
    assert (row.buyer_id, row.api_key_id, row.cart_version) == (company.administrator.id, None, None)
    assert events[0]["data"] == {"purchase_id": str(row.id), "number": row.number}
    assert await company.counts() == NO_SEATS
    assert await broken_invariants() == {}


async def test_it_is_paid_and_leaves_the_cart_alone(
    admin: Client, company: Company, relay: Relay, mailbox: Mailbox
) -> None:
    post = Post(relay, mailbox)
    await post.collect()
    await company.put_in_cart(ECO=9, PRO=1)
    purchase = await prepared(admin, company, ECO=2)
    async with records(company, "purchase.accepted", "purchase.completed"):
        answer = await pay(admin, purchase)
    assert answer["purchase"] == await shown_purchase(purchase, "COMPLETED", SUCCEEDED, ECO=2)
    fields = f"... on PurchaseProceeded {{ cart {CART} }}"
    again = await admin.mutate(
        "proceedToPurchase",
        fields,
        purchaseId=purchase_id(purchase),
        acceptLicenses=True,
        paymentMethod="pm_card_visa",
        idempotencyKey="the first wish",
    )
    assert again["cart"] == await shown_cart(company, 2, ECO=9, PRO=1)
    assert await company.counts() == NO_SEATS | {"ECO": (2, 0, 0)}
    assert await charges() == [("pm_card_visa", "120.00")]
    assert purchase.number in (await post.collect_one()).text
    assert await broken_invariants() == {}


async def test_it_cancels_nothing_and_is_not_cancelled(admin: Client, company: Company) -> None:
    await company.put_in_cart(PRO=1)
    validated = await company.validate()
    first, second = await prepared(admin, company, ECO=1), await prepared(admin, company, ECO=1)
    again = await company.validate()
    found = {purchase.id: purchase.state.value async for purchase in Purchase.all()}
    assert found == {
        validated.id: "CANCELLED",
        first.id: "AWAITING_ACCEPTANCE",
        second.id: "AWAITING_ACCEPTANCE",
        again.id: "AWAITING_ACCEPTANCE",
    }


async def test_each_of_several_is_paid_by_itself_also_while_the_cart_is_edited(
    admin: Client, company: Company
) -> None:
    purchases = [await prepared(admin, company, ECO=1) for _ in range(2)]
    await company.put_in_cart(PRO=1)
    for number, purchase in enumerate(purchases):
        answer = await pay(admin, purchase, idempotencyKey=f"wish {number}")
        assert answer["purchase"]["state"] == "COMPLETED"
    assert await company.counts() == NO_SEATS | {"ECO": (2, 0, 0)}
    assert await broken_invariants() == {}


async def test_declined_it_can_be_paid_with_another_card(admin: Client, company: Company) -> None:
    purchase = await prepared(admin, company, ADVANCED=1)
    answer = await pay(admin, purchase, paymentMethod="pm_card_chargeDeclined")
    assert answer["__typename"] == "PaymentDeclinedError"
    answer = await pay(admin, purchase, idempotencyKey="another wish")
    assert answer["purchase"]["state"] == "COMPLETED"


async def test_its_prices_expire(admin: Client, company: Company) -> None:
    purchase = await prepared(admin, company, PRO=1)
    await expire(purchase)
    async with nothing_changes():
        answer = await pay(admin, purchase)
    assert (answer["code"], answer["message"]) == (
        "PURCHASE_NOT_OPEN",
        "The frozen prices have expired. Prepare it again.",
    )
    assert answer["purchase"]["state"] == "EXPIRED"


async def test_it_is_given_up(admin: Client, company: Company) -> None:
    purchase = await prepared(admin, company, PRO=1)
    async with records(company, "purchase.cancelled"):
        answer = await admin.mutate("cancelPurchase", "", purchaseId=purchase_id(purchase))
    assert answer == {"__typename": "PurchaseCancelled"}
    assert await states() == ["CANCELLED"]


async def test_of_those_that_wait_the_oldest_expire(admin: Client, company: Company) -> None:
    key = admin.signed_in((await make_key(admin, Permission.PURCHASE)).secret)
    of_key = await prepared(key, company, ECO=1)
    await company.put_in_cart(PRO=1)
    of_cart = await company.validate()
    made = [await prepared(admin, company, ECO=1) for _ in range(MOST_WAITING)]
    assert set(await states()) == {"AWAITING_ACCEPTANCE"}
    made += [await prepared(admin, company, ECO=1) for _ in range(2)]
    expired = {purchase.id async for purchase in Purchase.filter(state=PurchaseState.EXPIRED)}
    assert expired == {purchase.id for purchase in made[:2]}
    async with nothing_changes():
        answer = await pay(admin, made[0])
    assert (answer["code"], answer["message"]) == ("PURCHASE_NOT_OPEN", "The purchase is EXPIRED.")
    # Neither another owner's nor the cart's own counts among them.
    for number, (client, purchase) in enumerate([(key, of_key), (admin, of_cart), (admin, made[2])]):
        assert (await pay(client, purchase, idempotencyKey=f"{number}"))["purchase"]["state"] == "COMPLETED"
    assert await broken_invariants() == {}


async def test_those_whose_prices_ran_out_make_room_first(admin: Client, company: Company) -> None:
    first = await prepared(admin, company, ECO=1)
    others = [await prepared(admin, company, ECO=1) for _ in range(MOST_WAITING - 1)]
    await expire(others[3])
    await prepared(admin, company, ECO=1)
    expired = [purchase.id async for purchase in Purchase.filter(state=PurchaseState.EXPIRED)]
    assert expired == [others[3].id]
    assert (await Purchase.get(id=first.id)).state is PurchaseState.AWAITING_ACCEPTANCE


async def test_prices_that_run_out_at_this_very_moment_make_room_as_well(
    admin: Client, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [await prepared(admin, company, ECO=1) for _ in range(MOST_WAITING)]
    end = now() + timedelta(minutes=1)
    await Purchase.filter(id=made[3].id).update(expires_at=end)
    monkeypatch.setattr("models.operations.purchasing.prepare_purchase.now", lambda: end)
    await prepared(admin, company, ECO=1)
    expired = [purchase.id async for purchase in Purchase.filter(state=PurchaseState.EXPIRED)]
    assert expired == [made[3].id]


async def test_many_at_once_each_get_their_own_and_no_more_wait_than_may(admin: Client, company: Company) -> None:
    answers = await asyncio.gather(*(prepare(admin, company, ECO=1) for _ in range(MOST_WAITING + 5)))
    assert len({answer["purchase"]["id"] for answer in answers}) == MOST_WAITING + 5
    assert await Purchase.filter(state=PurchaseState.AWAITING_ACCEPTANCE).count() == MOST_WAITING
    assert await broken_invariants() == {}


async def test_paid_at_once_with_one_key_it_is_charged_once(admin: Client, company: Company) -> None:
    purchase = await prepared(admin, company, PRO=3)
    answers = await asyncio.gather(*(pay_raw(admin, purchase) for _ in range(10)))
    assert set(answers) == {answers[0]}
    assert (await charges(), await Payment.all().count()) == ([("pm_card_visa", "747.00")], 1)
    assert await company.counts() == NO_SEATS | {"PRO": (3, 0, 0)}
    assert await broken_invariants() == {}


async def test_lines_that_are_none_too_many_or_twice_the_same(admin: Client, company: Company) -> None:
    eco = id_of(company.packages["ECO"])
    twice = [{"packageId": eco, "quantity": 1}, {"packageId": eco, "quantity": 2}]
    number = "1 to 3 lines, each of another package."
    tries = [
        ([], bad((["lines"], number))),
        (twice * 2, bad((["lines"], number))),
        (twice * 1_000, bad((["lines"], number))),
        (twice, bad((["lines", "1", "packageId"], "Each package at most once."))),
    ]
    for lines, refused in tries:
        async with nothing_changes():
            assert await admin.mutate("preparePurchase", PREPARED, lines=lines) == refused


@pytest.mark.parametrize("quantity", [0, -1, 10_001, 2_147_483_647])
async def test_every_bad_quantity_is_told(admin: Client, company: Company, quantity: int) -> None:
    text = "A whole number from 1 to 10000."
    async with nothing_changes():
        answer = await prepare(admin, company, ECO=quantity, ADVANCED=1, PRO=quantity)
    assert answer == bad((["lines", "0", "quantity"], text), (["lines", "2", "quantity"], text))


async def test_the_most_of_every_package(admin: Client, company: Company) -> None:
    answer = await prepare(admin, company, ECO=10_000, ADVANCED=10_000, PRO=10_000)
    assert answer["purchase"]["total"]["amount"] == "4580000.00"


async def test_packages_that_are_not_on_sale_are_not_found(admin: Client, company: Company) -> None:
    await fetch("UPDATE packages SET on_sale = false WHERE code = 'PRO'")
    try:
        package = company.packages["PRO"]
        lines = lines_of(company, ECO=1, PRO=1)
        await assert_not_found(admin, "preparePurchase", "Package", package.id, lines=lines)
    finally:
        await fetch("UPDATE packages SET on_sale = true WHERE code = 'PRO'")
    for given in [*wrong_ids("Package"), encode_id("Package", new_id())]:
        lines = [*lines_of(company, ECO=1), {"packageId": given, "quantity": 1}]
        await assert_not_found(admin, "preparePurchase", "Package", given, lines=lines)


async def test_a_key_prepares_for_who_made_it(admin: Client, company: Company) -> None:
    made = await make_key(admin, Permission.PURCHASE)
    key, row = admin.signed_in(made.secret), await made.row()
    async with records(company, "purchase.validated", by=row.id):
        purchase = await prepared(key, company, PRO=1)
    assert (purchase.buyer_id, purchase.api_key_id) == (company.administrator.id, row.id)
    assert (await pay(key, purchase))["purchase"]["state"] == "COMPLETED"


async def test_prices_that_change_meanwhile_hold(admin: Client, company: Company) -> None:
    purchase = await prepared(admin, company, PRO=1)
    await fetch("UPDATE packages SET unit_price = 999 WHERE code = 'PRO'")
    try:
        await pay(admin, purchase)
    finally:
        await fetch("UPDATE packages SET unit_price = 249 WHERE code = 'PRO'")
    assert await charges() == [("pm_card_visa", "249.00")]
    assert purchase.created_at <= now()


async def test_a_standard_user_may_not(standard: Client, company: Company) -> None:
    for lines in ([], lines_of(company, PRO=1)):
        await assert_not_permitted(standard, "preparePurchase", "PURCHASE", lines=lines)


async def test_signed_out_is_a_top_level_error(client: Client, company: Company) -> None:
    await assert_unauthenticated(client, "preparePurchase", lines=lines_of(company, PRO=1))


async def test_lines_of_a_wrong_type_are_a_top_level_error(admin: Client, company: Company) -> None:
    package = id_of(company.packages["PRO"])
    for line in [None, 1, {"packageId": package}, {"packageId": None, "quantity": 1}, {"quantity": 1}]:
        await assert_bad_variables(admin, "preparePurchase", lines=[line])
