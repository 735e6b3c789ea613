"""proceedToPurchase over HTTP: paying, and every refusal."""

from datetime import datetime
from typing import Any

import pytest

from api.schema.ids import encode_id
from models.database.clock import now
from models.database.connection import fetch
from models.database.ids import new_id
from models.operations.purchasing.change_cart_line import change_cart_line
from models.operations.purchasing.remove_from_cart import remove_from_cart
from models.tables import CartLine, IdempotencyRecord, Payment, Purchase, PurchaseState, Role, SeatGrant
from tests.support.carts import cart_version, line_ids
from tests.support.client import Client
from tests.support.company import Company
from tests.support.paying import pay, paying
from tests.support.purchases import DECLINED, SUCCEEDED, charges, expire, shown_purchase
from tests.support.recorded import account_version, broken_invariants, counts_json, records
from tests.support.refusals import (
    assert_bad_variables,
    assert_not_found,
    assert_not_permitted,
    assert_unauthenticated,
    invalid_input,
    refusal,
    wrong_ids,
)
from tests.support.shown import shown_pool
from tests.support.unchanged import nothing_changes

PAID = ("accounts", "events", "purchases", "payments", "idempotency_records", "sandbox_charges")
SEATS = ("seat_pools", "seat_grants", "carts", "cart_lines")
EXPIRED = "The frozen prices have expired. Validate the cart again."
EDITED = "The cart was edited since. Validate it again."
NO_SEATS = {"ECO": (0, 0, 0), "ADVANCED": (0, 0, 0), "PRO": (0, 0, 0)}


async def waiting(company: Company) -> Purchase:
    await company.put_in_cart(ECO=1, PRO=2)
    return await company.validate()


def not_open(message: str, purchase: dict[str, Any]) -> dict[str, Any]:
    return refusal("PurchaseNotOpenError", "PURCHASE_NOT_OPEN", message, purchase=purchase)


async def test_the_seats_exist_once_it_is_paid(admin: Client, company: Company) -> None:
    purchase = await waiting(company)
    earliest = now()
    recording = records(company, "purchase.accepted", "purchase.completed")
    async with nothing_changes(*PAID, *SEATS), recording as events:
        answer = await pay(admin, purchase)
    as_of = answer["seatInventory"].pop("asOf")
    assert answer == {
        "__typename": "PurchaseProceeded",
        "purchase": await shown_purchase(purchase, "COMPLETED", SUCCEEDED, ECO=1, PRO=2),
        "seatInventory": {
            "version": str(await account_version(company.account_id)),
            "pools": [
                shown_pool(company, "ECO", 1, 0, 0),
                shown_pool(company, "ADVANCED", 0, 0, 0),
                shown_pool(company, "PRO", 2, 0, 0),
            ],
        },
    }
    assert earliest <= datetime.fromisoformat(as_of) <= now()
    for time in ("acceptedAt", "completedAt"):
        assert earliest <= datetime.fromisoformat(answer["purchase"][time]) <= now()
    payment = await Payment.get(purchase_id=purchase.id)
    accepted, completed = events
    assert accepted["data"] == {"purchase_id": str(purchase.id), "payment_id": str(payment.id)}
    assert accepted["pools"] is None
    seats = [("ECO", 1), ("PRO", 2)]
    assert completed["data"] == {
        "purchase_id": str(purchase.id),
        "user_id": str(company.administrator.id),
        "seats": [{"package_id": str(company.packages[code].id), "quantity": n} for code, n in seats],
    }
    assert completed["pools"] == [counts_json(company, code, n, 0, 0) for code, n in seats]
    assert await company.counts() == {"ECO": (1, 0, 0), "ADVANCED": (0, 0, 0), "PRO": (2, 0, 0)}
    assert await broken_invariants() == {}


async def test_what_is_stored_of_a_payment(admin: Client, company: Company) -> None:
    purchase = await waiting(company)
    await pay(admin, purchase)
    payment = await Payment.get()
    assert (payment.purchase_id, str(payment.amount), payment.currency) == (purchase.id, "558.00", "CAD")
    assert (payment.look_at, payment.settled_at is not None) == (None, True)
    assert await charges() == [("pm_card_visa", "558.00")]
    record = await IdempotencyRecord.get()
    assert (record.operation, record.key, record.payment_id) == ("proceedToPurchase", "the first wish", payment.id)
    grants = {grant.package_id: grant.quantity async for grant in SeatGrant.all()}
    assert grants == {company.packages["ECO"].id: 1, company.packages["PRO"].id: 2}
    assert await cart_version(company.administrator) == 3
    assert await line_ids(company.administrator) == {}


async def test_seats_of_a_second_purchase_are_added(admin: Client, company: Company) -> None:
    await company.buy(PRO=3)
    await company.assign(company.users[0], "PRO")
    answer = await pay(admin, await waiting(company))
    assert answer["seatInventory"]["pools"][2] == shown_pool(company, "PRO", 5, 1, 0)
    assert await company.counts() == {"ECO": (1, 0, 0), "ADVANCED": (0, 0, 0), "PRO": (5, 1, 0)}
    assert await broken_invariants() == {}


async def test_a_colleague_can_pay(client: Client, company: Company) -> None:
    purchase = await waiting(company)
    dora = await company.add_user("Dora", role=Role.ADMINISTRATOR)
    async with client.signed_in(await company.access_token(dora)) as other:
        answer = await pay(other, purchase)
    assert answer["purchase"]["state"] == "COMPLETED"
    rows = await fetch("SELECT actor_id FROM events WHERE type LIKE 'purchase.%' ORDER BY version")
    assert [row["actor_id"] for row in rows] == [purchase.buyer_id, dora.id, purchase.buyer_id]
    assert await line_ids(company.administrator) == {}


@pytest.mark.parametrize(
    ("method", "code"),
    [
        ("pm_card_chargeDeclined", "card_declined"),
        ("pm_card_chargeDeclinedInsufficientFunds", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card"),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc"),
    ],
)
async def test_a_declined_card_adds_no_seat_and_keeps_the_cart(
    admin: Client, company: Company, method: str, code: str
) -> None:
    purchase = await waiting(company)
    async with nothing_changes(*PAID), records(company, "purchase.accepted", "purchase.failed") as events:
        answer = await pay(admin, purchase, paymentMethod=method)
    payment = DECLINED | {"declineCode": code}
    assert answer == refusal(
        "PaymentDeclinedError",
        "PAYMENT_DECLINED",
        "The payment was declined. No seat was added; try another payment method.",
        declined=await shown_purchase(purchase, "FAILED", payment, ECO=1, PRO=2),
        declineCode=code,
    )
    assert events[1]["data"] == {"purchase_id": str(purchase.id), "decline_code": code}
    assert events[1]["pools"] is None
    assert await company.counts() == NO_SEATS
    assert await broken_invariants() == {}


async def test_after_a_decline_another_card_with_a_new_key_succeeds(admin: Client, company: Company) -> None:
    purchase = await waiting(company)
    await pay(admin, purchase, paymentMethod="pm_card_chargeDeclined")
    async with records(company, "purchase.accepted", "purchase.completed"):
        answer = await pay(admin, purchase, paymentMethod="pm_card_mastercard", idempotencyKey="the second wish")
    assert answer["__typename"] == "PurchaseProceeded"
    assert answer["purchase"] == await shown_purchase(purchase, "COMPLETED", SUCCEEDED, ECO=1, PRO=2)
    assert await company.counts() == {"ECO": (1, 0, 0), "ADVANCED": (0, 0, 0), "PRO": (2, 0, 0)}
    assert await charges() == [("pm_card_chargeDeclined", "558.00"), ("pm_card_mastercard", "558.00")]
    assert await broken_invariants() == {}


async def test_a_purchase_that_is_not_accepted_stays_open(admin: Client, company: Company) -> None:
    purchase = await waiting(company)
    async with nothing_changes():
        answer = await pay(admin, purchase, acceptLicenses=False)
    message = "Accept that the licenses will be added to the account, then proceed."
    assert answer == refusal("PurchaseNotAcceptedError", "PURCHASE_NOT_ACCEPTED", message)
    assert (await pay(admin, purchase))["__typename"] == "PurchaseProceeded"


async def test_an_expired_purchase_is_refused(admin: Client, company: Company) -> None:
    purchase = await waiting(company)
    await expire(purchase)
    async with nothing_changes():
        answer = await pay(admin, purchase)
    assert answer == not_open(EXPIRED, await shown_purchase(purchase, "EXPIRED", ECO=1, PRO=2))


async def test_a_declined_purchase_cannot_be_tried_again_after_it_expired(admin: Client, company: Company) -> None:
    purchase = await waiting(company)
    await pay(admin, purchase, paymentMethod="pm_card_chargeDeclined")
    await expire(purchase)
    async with nothing_changes():
        answer = await pay(admin, purchase, idempotencyKey="the second wish")
    assert answer == not_open(EXPIRED, await shown_purchase(purchase, "FAILED", DECLINED, ECO=1, PRO=2))


@pytest.mark.parametrize("edit", ["add", "change", "change to the same", "remove"])
async def test_a_cart_edited_since_validation_is_refused(admin: Client, company: Company, edit: str) -> None:
    purchase = await waiting(company)
    line = await CartLine.get(package_id=company.packages["PRO"].id)
    match edit:
        case "add":
            await company.put_in_cart(ADVANCED=1)
        case "change":
            await change_cart_line(company.viewer, cart_line_id=line.id, quantity=1)
        case "change to the same":
            await change_cart_line(company.viewer, cart_line_id=line.id, quantity=2)
        case _:
            await remove_from_cart(company.viewer, cart_line_id=line.id)
    async with nothing_changes():
        answer = await pay(admin, purchase)
    assert answer == not_open(EDITED, await shown_purchase(purchase, "AWAITING_ACCEPTANCE", ECO=1, PRO=2))


async def test_a_purchase_that_a_newer_validation_replaced_is_refused(admin: Client, company: Company) -> None:
    purchase = await waiting(company)
    await company.validate()
    async with nothing_changes():
        answer = await pay(admin, purchase)
    shown = await shown_purchase(purchase, "CANCELLED", ECO=1, PRO=2)
    assert answer == not_open("The purchase is CANCELLED.", shown)


async def test_a_completed_purchase_is_not_paid_again_with_a_new_key(admin: Client, company: Company) -> None:
    purchase = await waiting(company)
    await pay(admin, purchase)
    async with nothing_changes():
        answer = await pay(admin, purchase, idempotencyKey="the second wish")
    shown = await shown_purchase(purchase, "COMPLETED", SUCCEEDED, ECO=1, PRO=2)
    assert answer == not_open("The purchase is COMPLETED.", shown)


async def test_a_payment_method_that_the_provider_does_not_know_is_refused(admin: Client, company: Company) -> None:
    purchase = await waiting(company)
    for method in [
        "",
        " ",
        "pm_card_visa ",
        "PM_CARD_VISA",
        "pm_card",
        "4242424242424242",
        "\x00",
        "pm_card_visa\x00",
        "m" * 150_000,
    ]:
        async with nothing_changes():
            answer = await pay(admin, purchase, paymentMethod=method)
        assert answer == invalid_input(paymentMethod="The provider knows no such payment method.")


async def test_an_id_that_leads_nowhere_is_not_found(admin: Client, company: Company) -> None:
    purchase = await waiting(company)
    for given in [*wrong_ids("Purchase"), encode_id("Cart", purchase.id), purchase.number]:
        values = paying(purchase, purchaseId=given)
        await assert_not_found(admin, "proceedToPurchase", "Purchase", given, **values)


async def test_a_purchase_of_another_account_is_not_found(
    admin: Client, company: Company, other_company: Company
) -> None:
    theirs = await waiting(other_company)
    await assert_not_found(admin, "proceedToPurchase", "Purchase", theirs.id, **paying(theirs))
    assert (await Purchase.get(id=theirs.id)).state is PurchaseState.AWAITING_ACCEPTANCE


async def test_a_standard_user_may_not(standard: Client, company: Company) -> None:
    values = paying(await waiting(company), idempotencyKey="")
    await assert_not_permitted(standard, "proceedToPurchase", "PURCHASE", **values)


async def test_signed_out_is_a_top_level_error(client: Client, company: Company) -> None:
    purchase = await waiting(company)
    for given in [encode_id("Purchase", new_id()), "malformed"]:
        await assert_unauthenticated(client, "proceedToPurchase", **paying(purchase, purchaseId=given))


async def test_values_of_a_wrong_type_are_a_top_level_error(admin: Client, company: Company) -> None:
    purchase = await waiting(company)
    for wrong in [
        {"purchaseId": None},
        {"acceptLicenses": None},
        {"acceptLicenses": "true"},
        {"acceptLicenses": 1},
        {"paymentMethod": None},
        {"paymentMethod": 4242},
        {"idempotencyKey": None},
        {"idempotencyKey": 7},
        {"amount": "0.01"},
    ]:
        await assert_bad_variables(admin, "proceedToPurchase", **paying(purchase, **wrong))
