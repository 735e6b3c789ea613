"""More than a purchase can hold, or more seats than a pool can: refused before anything is charged."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from models.database.clock import now
from models.database.connection import fetch
from models.operations.purchasing.reconcile_payments import reconcile_payments
from models.rules.purchases import MOST_SEATS
from models.tables import Payment, Purchase, PurchaseState
from payments import make_provider
from tests.support.buying import lines_of, prepare, prepared
from tests.support.client import Client
from tests.support.company import Company
from tests.support.paying import pay
from tests.support.purchases import charges, shown_purchase
from tests.support.recorded import broken_invariants
from tests.support.refusals import refusal
from tests.support.shown import INVALID_INPUT
from tests.support.unchanged import nothing_changes

TOO_MANY = f"The account would have more than {MOST_SEATS} seats of ECO."
TOO_DEAR = "It costs more than one purchase can: 999999999999.99."
CLOSE = 7


def bad(text: str, *path: str) -> dict[str, Any]:
    message = f"{'.'.join(path)}: {text}"
    fields = [{"path": list(path), "message": text}]
    return refusal("InvalidInputError", "INVALID_INPUT", message, fields=fields)


async def nearly_full(company: Company, left: int = CLOSE) -> None:
    """Let the account have nearly as many seats of ECO as a pool can count: in the rows, and in the event."""
    await company.buy(ECO=1)
    more = MOST_SEATS - left - 1
    await fetch(f"UPDATE seat_pools SET purchased = purchased + {more}")
    await fetch(f"UPDATE seat_grants SET quantity = quantity + {more}")
    await fetch("ALTER TABLE purchase_lines DROP CONSTRAINT purchase_lines_quantity_check")
    await fetch("DELETE FROM sandbox_charges")


@pytest.fixture(autouse=True)
async def as_before() -> AsyncIterator[None]:
    """Put the constraint back that `nearly_full` takes away."""
    yield
    await fetch("ALTER TABLE purchase_lines DROP CONSTRAINT IF EXISTS purchase_lines_quantity_check")
    await fetch(
        "ALTER TABLE purchase_lines ADD CONSTRAINT purchase_lines_quantity_check CHECK (quantity BETWEEN 1 AND 10000)"
    )


@pytest.fixture
async def dear(db: None) -> AsyncIterator[None]:
    """Prices as a catalogue could have them that was loaded before they were looked at."""
    await fetch("UPDATE packages SET unit_price = 9999999999.99")
    yield
    await fetch("UPDATE packages SET unit_price = CASE code WHEN 'ECO' THEN 60 WHEN 'ADVANCED' THEN 149 ELSE 249 END")


async def test_more_than_a_purchase_can_hold_is_bad_input(admin: Client, dear: None, company: Company) -> None:
    await company.put_in_cart(ECO=101)
    async with nothing_changes():
        answer = await admin.mutate("validatePurchase", INVALID_INPUT, cartVersion="1")
        assert answer == bad(TOO_DEAR, "cartVersion")
        assert await prepare(admin, company, ECO=50, PRO=51) == bad(TOO_DEAR, "lines") | {}
    cart = (await admin.run("{ account { cart { total { amount } } } }"))["account"]["cart"]
    assert cart == {"total": {"amount": "1009999999998.99"}}


async def test_the_dearest_that_a_purchase_can_hold_is_validated_and_paid(
    admin: Client, dear: None, company: Company
) -> None:
    purchase = await prepared(admin, company, ECO=50, PRO=50)
    assert str(purchase.total) == "999999999999.00"
    assert (await pay(admin, purchase))["purchase"]["state"] == "COMPLETED"
    assert await broken_invariants() == {}


async def test_seats_that_no_pool_can_count_are_refused_when_they_are_validated(
    admin: Client, company: Company
) -> None:
    await nearly_full(company)
    await company.put_in_cart(ECO=CLOSE + 1, PRO=1)
    version = (await admin.run("{ account { cart { version } } }"))["account"]["cart"]["version"]
    async with nothing_changes():
        answer = await admin.mutate("validatePurchase", INVALID_INPUT, cartVersion=version)
        assert answer == bad(TOO_MANY, "cartVersion")
        assert await prepare(admin, company, PRO=1, ECO=CLOSE + 1) == bad(TOO_MANY, "lines", "1", "quantity")
    assert await charges() == []


async def test_the_last_seats_that_a_pool_can_count_are_bought(admin: Client, company: Company) -> None:
    await nearly_full(company)
    answer = await pay(admin, await prepared(admin, company, ECO=CLOSE))
    assert answer["seatInventory"]["pools"][0]["purchased"] == MOST_SEATS
    async with nothing_changes():
        assert await prepare(admin, company, ECO=1) == bad(TOO_MANY, "lines", "0", "quantity")


async def test_the_provider_is_not_asked_for_seats_that_became_too_many(admin: Client, company: Company) -> None:
    await nearly_full(company)
    first, second = [await prepared(admin, company, ECO=CLOSE) for _ in range(2)]
    await pay(admin, first)
    asked = await charges()
    async with nothing_changes():
        answer = await pay(admin, second, idempotencyKey="the second wish")
    shown = await shown_purchase(second, "AWAITING_ACCEPTANCE", ECO=CLOSE)
    assert answer == refusal("PurchaseNotOpenError", "PURCHASE_NOT_OPEN", TOO_MANY, purchase=shown)
    assert await charges() == asked == [("pm_card_visa", "420.00")]
    assert await Payment.filter(purchase_id=second.id).count() == 0


async def test_seats_whose_payment_waits_count_as_well(admin: Client, company: Company) -> None:
    await nearly_full(company)
    waiting, other = [await prepared(admin, company, ECO=CLOSE - 2) for _ in range(2)]
    await pay(admin, waiting, paymentMethod="pm_card_threeDSecureRequired")
    async with nothing_changes():
        answer = await pay(admin, other, idempotencyKey="the second wish")
        assert (answer["code"], answer["message"]) == ("PURCHASE_NOT_OPEN", TOO_MANY)
        assert await prepare(admin, company, ECO=3) == bad(TOO_MANY, "lines", "0", "quantity")
    assert (await prepare(admin, company, ECO=2))["__typename"] == "PurchaseValidated"
    # A declined one leaves its place to others.
    await fetch("UPDATE sandbox_charges SET charged_at = charged_at - interval '1 minute'")
    await pay(admin, waiting, paymentMethod="pm_card_threeDSecureRequired")
    assert (await company.counts())["ECO"][0] == MOST_SEATS - 2


async def test_of_several_paid_at_once_only_those_that_fit_are_charged(admin: Client, company: Company) -> None:
    await nearly_full(company)
    purchases = [await prepared(admin, company, ECO=3) for _ in range(5)]
    answers = await asyncio.gather(*(pay(admin, purchase, idempotencyKey=purchase.number) for purchase in purchases))
    names = Counter(answer["__typename"] for answer in answers)
    assert names == {"PurchaseProceeded": 2, "PurchaseNotOpenError": 3}
    assert len(await charges()) == 2
    assert (await company.counts())["ECO"][0] == MOST_SEATS - 1


async def test_another_account_has_room_of_its_own(admin: Client, company: Company, other_company: Company) -> None:
    await nearly_full(other_company, left=0)
    assert (await pay(admin, await prepared(admin, company, ECO=10_000)))["purchase"]["state"] == "COMPLETED"


async def test_a_payment_that_cannot_be_recorded_keeps_no_other_from_being(admin: Client, company: Company) -> None:
    await nearly_full(company)
    stuck, fine = await prepared(admin, company, ECO=CLOSE), await prepared(admin, company, PRO=1)
    for purchase in (stuck, fine):
        method = "pm_card_threeDSecureRequired"
        await pay(admin, purchase, paymentMethod=method, idempotencyKey=purchase.number)
    await fetch("UPDATE sandbox_charges SET charged_at = charged_at - interval '1 minute'")
    # As no operation does: more seats come in while it is being paid.
    await fetch("UPDATE seat_pools SET purchased = purchased + 1")
    moment = now() + timedelta(minutes=2)
    assert await reconcile_payments(make_provider("sandbox"), moment=moment) == 2
    states = {each.id: each.state async for each in Purchase.filter(id__in=[stuck.id, fine.id])}
    assert states == {stuck.id: PurchaseState.AWAITING_PAYMENT, fine.id: PurchaseState.COMPLETED}
    assert (await Payment.get(purchase_id=stuck.id)).look_at > moment
    assert lines_of(company, ECO=1)
