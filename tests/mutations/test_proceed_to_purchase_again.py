"""proceedToPurchase over HTTP: repeated calls, calls at once, and calls that died half way."""

import asyncio
from collections import Counter

import orjson
import pytest

from models.database.connection import fetch
from models.events.seat_feed import Feed
from models.operations.licensing.assign_license import assign_license
from models.rules.carts import read_cart
from models.tables import Payment, PaymentState, Purchase, PurchaseState
from tests.support.carts import line_ids
from tests.support.client import Client
from tests.support.company import Company
from tests.support.paying import (
    DiesAfterCharging,
    DiesBeforeCharging,
    Unavailable,
    pay,
    pay_raw,
    pay_with,
)
from tests.support.purchases import PROCESSING, SUCCEEDED, charges, shown_purchase
from tests.support.recorded import broken_invariants, records
from tests.support.refusals import invalid_input, refusal
from tests.support.serving import serving
from tests.support.unchanged import nothing_changes

MISMATCH = refusal(
    "IdempotencyMismatchError",
    "IDEMPOTENCY_MISMATCH",
    "This idempotency key was used with another input. Use a new key.",
)
BAD_KEY = invalid_input(idempotencyKey="Use 1 to 255 printable ASCII characters.")
NO_SEATS = {"ECO": (0, 0, 0), "ADVANCED": (0, 0, 0), "PRO": (0, 0, 0)}
SEATS = {"ECO": (1, 0, 0), "ADVANCED": (0, 0, 0), "PRO": (2, 0, 0)}
ONE_CHARGE = [("pm_card_visa", "558.00")]
SETTLED = (
    "accounts",
    "cart_lines",
    "carts",
    "events",
    "idempotency_records",
    "payments",
    "purchases",
    "seat_grants",
    "seat_pools",
)


async def waiting(company: Company) -> Purchase:
    await company.put_in_cart(ECO=1, PRO=2)
    return await company.validate()


async def test_the_same_key_answers_the_same_bytes_with_one_charge(admin: Client, company: Company) -> None:
    purchase = await waiting(company)
    first = await pay_raw(admin, purchase)
    async with nothing_changes():
        assert await pay_raw(admin, purchase) == first
    assert orjson.loads(first)["data"]["proceedToPurchase"]["purchase"]["state"] == "COMPLETED"
    assert await charges() == ONE_CHARGE


async def test_the_same_key_answers_the_same_bytes_after_the_seats_moved(admin: Client, company: Company) -> None:
    purchase = await waiting(company)
    first = await pay_raw(admin, purchase)
    await company.assign(company.users[0], "PRO")
    await company.buy(PRO=5)
    async with nothing_changes():
        assert await pay_raw(admin, purchase) == first


async def test_the_same_key_is_declined_again_in_the_same_bytes(admin: Client, company: Company) -> None:
    purchase = await waiting(company)
    first = await pay_raw(admin, purchase, paymentMethod="pm_card_chargeDeclined")
    async with nothing_changes():
        assert await pay_raw(admin, purchase, paymentMethod="pm_card_chargeDeclined") == first
    assert orjson.loads(first)["data"]["proceedToPurchase"]["__typename"] == "PaymentDeclinedError"


async def test_a_declined_key_answers_the_same_bytes_after_another_card_paid(admin: Client, company: Company) -> None:
    purchase = await waiting(company)
    first = await pay_raw(admin, purchase, paymentMethod="pm_card_chargeDeclined")
    await pay(admin, purchase, idempotencyKey="the second wish")
    async with nothing_changes():
        assert await pay_raw(admin, purchase, paymentMethod="pm_card_chargeDeclined") == first


async def test_the_same_key_with_another_input_is_refused(admin: Client, company: Company) -> None:
    purchase = await waiting(company)
    await pay(admin, purchase)
    await company.put_in_cart(ECO=4)
    another = await company.validate()
    async with nothing_changes():
        assert await pay(admin, purchase, paymentMethod="pm_card_amex") == MISMATCH
        assert await pay(admin, purchase, acceptLicenses=False) == MISMATCH
        assert await pay(admin, another) == MISMATCH


async def test_another_account_may_use_the_same_key(
    client: Client, admin: Client, company: Company, other_company: Company
) -> None:
    await pay(admin, await waiting(company))
    theirs = await waiting(other_company)
    async with client.signed_in(await other_company.access_token()) as other:
        answer = await pay(other, theirs)
    assert answer["purchase"]["state"] == "COMPLETED"
    assert await charges() == ONE_CHARGE * 2


async def test_another_operation_may_use_the_same_key(admin: Client, company: Company) -> None:
    purchase = await waiting(company)
    await pay(admin, purchase)
    package = company.packages["PRO"].id
    done = await assign_license(
        company.viewer, user_id=company.users[0].id, package_id=package, idempotency_key="the first wish"
    )
    assert done.license.user_id == company.users[0].id


async def test_a_bad_key_is_refused(admin: Client, company: Company) -> None:
    purchase = await waiting(company)
    for key in ["", "k" * 256, "k" * 150_000, "key\x00", "\x00", "ke\ny", "ke\ty", "key\x7f", "ké", "\u200b"]:
        async with nothing_changes():
            assert await pay(admin, purchase, idempotencyKey=key) == BAD_KEY


@pytest.mark.parametrize("key", ["k" * 255, "~", " !\"#$%&'()*+,-./:;<=>?@[]^_`{|}"], ids=lambda value: value[:20])
async def test_any_printable_key_works(admin: Client, company: Company, key: str) -> None:
    purchase = await waiting(company)
    first = await pay_raw(admin, purchase, idempotencyKey=key)
    assert await pay_raw(admin, purchase, idempotencyKey=key) == first
    assert await company.counts() == SEATS


async def test_twenty_at_once_with_one_key_buy_once_and_get_equal_answers(admin: Client, company: Company) -> None:
    purchase = await waiting(company)
    async with records(company, "purchase.accepted", "purchase.completed"):
        answers = await asyncio.gather(*(pay_raw(admin, purchase) for _ in range(20)))
    assert set(answers) == {answers[0]}
    assert orjson.loads(answers[0])["data"]["proceedToPurchase"]["__typename"] == "PurchaseProceeded"
    assert (await charges(), await Payment.all().count()) == (ONE_CHARGE, 1)
    assert await company.counts() == SEATS
    assert await broken_invariants() == {}


async def test_twenty_at_once_with_keys_of_their_own_buy_once(admin: Client, company: Company) -> None:
    purchase = await waiting(company)
    async with records(company, "purchase.accepted", "purchase.completed"):
        answers = await asyncio.gather(*(pay(admin, purchase, idempotencyKey=f"wish {n}") for n in range(20)))
    names = Counter(answer["__typename"] for answer in answers)
    assert names == {"PurchaseProceeded": 1, "PurchaseNotOpenError": 19}
    assert (await charges(), await Payment.all().count()) == (ONE_CHARGE, 1)
    assert await company.counts() == SEATS
    assert await broken_invariants() == {}


async def test_twenty_at_once_with_a_declined_card_are_declined_once(admin: Client, company: Company) -> None:
    purchase = await waiting(company)
    async with records(company, "purchase.accepted", "purchase.failed"):
        tries = [pay_raw(admin, purchase, paymentMethod="pm_card_chargeDeclined") for _ in range(20)]
        answers = await asyncio.gather(*tries)
    assert set(answers) == {answers[0]}
    assert await Payment.all().count() == 1
    assert (await Purchase.get(id=purchase.id)).state is PurchaseState.FAILED
    assert await broken_invariants() == {}


@pytest.mark.parametrize("death", [asyncio.CancelledError, RuntimeError])
@pytest.mark.parametrize(("dies", "charged"), [(DiesBeforeCharging, []), (DiesAfterCharging, ONE_CHARGE)])
async def test_a_call_that_died_at_the_provider_is_finished_by_the_next_with_its_key(
    admin: Client,
    company: Company,
    dies: type[DiesBeforeCharging],
    charged: list[tuple[str, str]],
    death: type[BaseException],
) -> None:
    purchase = await waiting(company)
    async with records(company, "purchase.accepted"):
        with pytest.raises(death):
            await pay_with(dies(death()), company, purchase)
    assert (await charges(), await company.counts()) == (charged, NO_SEATS)
    async with records(company, "purchase.completed"):
        first = await pay_raw(admin, purchase)
    answer = orjson.loads(first)["data"]["proceedToPurchase"]
    assert answer["purchase"] == await shown_purchase(purchase, "COMPLETED", SUCCEEDED, ECO=1, PRO=2)
    assert (await charges(), await company.counts()) == (ONE_CHARGE, SEATS)
    assert await pay_raw(admin, purchase) == first
    assert await broken_invariants() == {}


async def test_twenty_at_once_after_a_call_that_died_finish_it_once(admin: Client, company: Company) -> None:
    purchase = await waiting(company)
    with pytest.raises(RuntimeError):
        await pay_with(DiesAfterCharging(RuntimeError("gone")), company, purchase)
    async with records(company, "purchase.completed"):
        answers = await asyncio.gather(*(pay_raw(admin, purchase) for _ in range(20)))
    assert set(answers) == {answers[0]}
    assert (await charges(), await company.counts()) == (ONE_CHARGE, SEATS)
    assert await broken_invariants() == {}


@pytest.mark.parametrize("charged", [[], ONE_CHARGE], ids=["not charged", "charged"])
async def test_a_provider_that_gives_no_answer_leaves_the_payment_open(
    admin: Client, company: Company, feed: Feed, charged: list[tuple[str, str]]
) -> None:
    purchase = await waiting(company)
    async with serving(Unavailable(charges=charged == ONE_CHARGE), feed, admin.token or "") as elsewhere:
        async with records(company, "purchase.accepted"):
            answer = await pay(elsewhere, purchase)
        async with nothing_changes():
            assert (await pay(elsewhere, purchase))["purchase"] == answer["purchase"]
    assert answer["__typename"] == "PurchaseProceeded"
    assert answer["purchase"] == await shown_purchase(purchase, "AWAITING_PAYMENT", PROCESSING, ECO=1, PRO=2)
    assert [pool["purchased"] for pool in answer["seatInventory"]["pools"]] == [0, 0, 0]
    assert (await charges(), await company.counts()) == (charged, NO_SEATS)
    assert sorted(await line_ids(company.administrator)) == ["ECO", "PRO"]
    async with records(company, "purchase.completed"):
        answer = await pay(admin, purchase)
    assert answer["purchase"] == await shown_purchase(purchase, "COMPLETED", SUCCEEDED, ECO=1, PRO=2)
    assert (await charges(), await company.counts()) == (ONE_CHARGE, SEATS)
    assert await broken_invariants() == {}


async def test_a_payment_that_the_bank_must_confirm_waits_and_is_finished_by_the_same_key(
    admin: Client, company: Company
) -> None:
    purchase = await waiting(company)
    async with records(company, "purchase.accepted"):
        answers = [await pay(admin, purchase, paymentMethod="pm_card_threeDSecureRequired") for _ in range(2)]
    secret = f"sandbox_{(await Payment.get()).id}_secret"
    payment = PROCESSING | {"state": "REQUIRES_ACTION", "clientSecret": secret}
    shown = await shown_purchase(purchase, "AWAITING_PAYMENT", payment, ECO=1, PRO=2)
    assert [answer["purchase"] for answer in answers] == [shown, shown]
    assert await company.counts() == NO_SEATS
    await fetch("UPDATE sandbox_charges SET charged_at = charged_at - interval '1 minute'")
    async with records(company, "purchase.completed"):
        answer = await pay(admin, purchase, paymentMethod="pm_card_threeDSecureRequired")
    assert answer["purchase"] == await shown_purchase(purchase, "COMPLETED", SUCCEEDED, ECO=1, PRO=2)
    assert await charges() == [("pm_card_threeDSecureRequired", "558.00")]
    assert await company.counts() == SEATS


async def test_a_cart_edited_while_it_is_being_paid_keeps_the_edit_alone(admin: Client, company: Company) -> None:
    purchase = await waiting(company)
    with pytest.raises(RuntimeError):
        await pay_with(DiesAfterCharging(RuntimeError("gone")), company, purchase)
    await company.put_in_cart(ADVANCED=1, PRO=4)
    async with nothing_changes(*SETTLED):
        answer = await pay(admin, purchase)
    assert answer["purchase"]["state"] == "COMPLETED"
    cart = await read_cart(company.viewer.user_id)
    codes = {package.id: code for code, package in company.packages.items()}
    assert {codes[line.package_id]: line.quantity for line in cart.lines} == {"ADVANCED": 1, "PRO": 4}


async def test_a_cart_whose_payment_is_under_way_is_not_paid_a_second_time(admin: Client, company: Company) -> None:
    first = await waiting(company)
    await pay(admin, first, paymentMethod="pm_card_threeDSecureRequired")
    second = await company.validate()
    async with nothing_changes():
        answer = await pay(admin, second, idempotencyKey="the second wish")
    shown = await shown_purchase(second, "AWAITING_ACCEPTANCE", ECO=1, PRO=2)
    message = "Another purchase of this cart waits for its payment."
    assert answer == refusal("PurchaseNotOpenError", "PURCHASE_NOT_OPEN", message, purchase=shown)
    await fetch("UPDATE sandbox_charges SET charged_at = charged_at - interval '1 minute'")
    await pay(admin, first, paymentMethod="pm_card_threeDSecureRequired")
    async with nothing_changes():
        answer = await pay(admin, second, idempotencyKey="the second wish")
    assert answer["message"] == "The cart was edited since. Validate it again."
    assert await company.counts() == SEATS
    assert await broken_invariants() == {}


async def test_two_purchases_of_one_cart_paid_at_once_buy_once(admin: Client, company: Company) -> None:
    first = await waiting(company)
    await pay(admin, first, paymentMethod="pm_card_chargeDeclined")
    second = await company.validate()
    tries = [
        pay(admin, purchase, idempotencyKey=f"wish {n} for {purchase.number}")
        for n in range(5)
        for purchase in (first, second)
    ]
    names = Counter(answer["__typename"] for answer in await asyncio.gather(*tries))
    assert names == {"PurchaseProceeded": 1, "PurchaseNotOpenError": 9}
    assert await Payment.filter(state=PaymentState.SUCCEEDED).count() == 1
    assert await company.counts() == SEATS
    assert await broken_invariants() == {}
