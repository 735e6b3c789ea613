"""cancelPurchase over HTTP."""

import asyncio
from typing import Any

from api.schema.ids import encode_id
from models.database.connection import fetch
from models.database.ids import new_id
from models.tables import Purchase, PurchaseState, Role
from tests.support.carts import cart_version, line_ids
from tests.support.client import Client
from tests.support.company import Company
from tests.support.purchases import DECLINED, SUCCEEDED, charges, expire, shown_purchase
from tests.support.recorded import broken_invariants, records
from tests.support.refusals import (
    assert_bad_variables,
    assert_not_found,
    assert_unauthenticated,
    refusal,
    wrong_ids,
)
from tests.support.shown import PURCHASE
from tests.support.unchanged import nothing_changes

CANCELLED = f"... on PurchaseCancelled {{ purchase {PURCHASE} }}"
NOT_OPEN = f"... on PurchaseNotOpenError {{ purchase {PURCHASE} }}"


def id_of(purchase: Purchase) -> str:
    return encode_id("Purchase", purchase.id)


def not_open(state: str, purchase: dict[str, Any]) -> dict[str, Any]:
    return refusal("PurchaseNotOpenError", "PURCHASE_NOT_OPEN", f"The purchase is {state}.", purchase=purchase)


async def waiting(company: Company) -> Purchase:
    await company.put_in_cart(ECO=1, PRO=2)
    return await company.validate()


async def proceed(admin: Client, purchase: Purchase, method: str) -> None:
    values = {"acceptLicenses": True, "paymentMethod": method, "idempotencyKey": method}
    await admin.mutate("proceedToPurchase", "", purchaseId=id_of(purchase), **values)


async def test_a_purchase_that_waits_is_cancelled_and_the_cart_stays(admin: Client, company: Company) -> None:
    purchase = await waiting(company)
    tables = ("accounts", "events", "purchases")
    async with nothing_changes(*tables), records(company, "purchase.cancelled") as events:
        answer = await admin.mutate("cancelPurchase", CANCELLED, purchaseId=id_of(purchase))
    assert answer == {
        "__typename": "PurchaseCancelled",
        "purchase": await shown_purchase(purchase, "CANCELLED", ECO=1, PRO=2),
    }
    assert events[0]["data"] == {"purchase_id": str(purchase.id), "number": purchase.number}
    assert events[0]["pools"] is None
    assert sorted(await line_ids(company.administrator)) == ["ECO", "PRO"]
    assert await cart_version(company.administrator) == 2
    assert await broken_invariants() == {}


async def test_a_declined_purchase_is_cancelled(admin: Client, company: Company) -> None:
    purchase = await waiting(company)
    await proceed(admin, purchase, "pm_card_chargeDeclined")
    async with records(company, "purchase.cancelled"):
        answer = await admin.mutate("cancelPurchase", CANCELLED, purchaseId=id_of(purchase))
    assert answer["purchase"] == await shown_purchase(purchase, "CANCELLED", DECLINED, ECO=1, PRO=2)


async def test_cancelling_again_answers_the_same(admin: Client, company: Company) -> None:
    purchase = await waiting(company)
    first = await admin.mutate("cancelPurchase", CANCELLED, purchaseId=id_of(purchase))
    async with nothing_changes():
        assert await admin.mutate("cancelPurchase", CANCELLED, purchaseId=id_of(purchase)) == first


async def test_cancellations_at_once_are_one(admin: Client, company: Company) -> None:
    purchase = await waiting(company)
    async with records(company, "purchase.cancelled"):
        tries = [admin.mutate("cancelPurchase", CANCELLED, purchaseId=id_of(purchase)) for _ in range(10)]
        answers = await asyncio.gather(*tries)
    assert answers == [answers[0]] * 10
    assert answers[0]["__typename"] == "PurchaseCancelled"


async def test_a_colleague_can_cancel(client: Client, company: Company) -> None:
    purchase = await waiting(company)
    dora = await company.add_user("Dora", role=Role.ADMINISTRATOR)
    token = await company.access_token(dora)
    async with client.signed_in(token) as other, records(company, "purchase.cancelled", by=dora.id):
        answer = await other.mutate("cancelPurchase", CANCELLED, purchaseId=id_of(purchase))
    assert answer["purchase"]["state"] == "CANCELLED"


async def test_a_cancelled_purchase_cannot_be_paid(admin: Client, company: Company) -> None:
    purchase = await waiting(company)
    await admin.mutate("cancelPurchase", "", purchaseId=id_of(purchase))
    values = {"acceptLicenses": True, "paymentMethod": "pm_card_visa", "idempotencyKey": "after"}
    async with nothing_changes():
        answer = await admin.mutate("proceedToPurchase", NOT_OPEN, purchaseId=id_of(purchase), **values)
    assert answer == not_open("CANCELLED", await shown_purchase(purchase, "CANCELLED", ECO=1, PRO=2))


async def test_paying_and_cancelling_at_once_end_in_one_of_the_two(admin: Client, company: Company) -> None:
    purchase = await waiting(company)
    values = {"acceptLicenses": True, "paymentMethod": "pm_card_visa", "idempotencyKey": "race"}
    paid, cancelled = await asyncio.gather(
        admin.mutate("proceedToPurchase", "", purchaseId=id_of(purchase), **values),
        admin.mutate("cancelPurchase", "", purchaseId=id_of(purchase)),
    )
    state = (await Purchase.get(id=purchase.id)).state
    outcome = (paid["__typename"], cancelled["__typename"], state, await charges())
    assert outcome in [
        ("PurchaseProceeded", "PurchaseNotOpenError", PurchaseState.COMPLETED, [("pm_card_visa", "558.00")]),
        ("PurchaseNotOpenError", "PurchaseCancelled", PurchaseState.CANCELLED, []),
    ]
    assert await broken_invariants() == {}


async def test_a_completed_purchase_stays(admin: Client, company: Company) -> None:
    purchase = await company.buy(PRO=2)
    async with nothing_changes():
        answer = await admin.mutate("cancelPurchase", NOT_OPEN, purchaseId=id_of(purchase))
    assert answer == not_open("COMPLETED", await shown_purchase(purchase, "COMPLETED", SUCCEEDED, PRO=2))


async def test_a_purchase_whose_payment_is_under_way_stays(admin: Client, company: Company) -> None:
    purchase = await waiting(company)
    await proceed(admin, purchase, "pm_card_threeDSecureRequired")
    payment_id = (await fetch("SELECT id FROM payments"))[0]["id"]
    payment = {
        "provider": "sandbox",
        "state": "REQUIRES_ACTION",
        "clientSecret": f"sandbox_{payment_id}_secret",
        "declineCode": None,
    }
    async with nothing_changes():
        answer = await admin.mutate("cancelPurchase", NOT_OPEN, purchaseId=id_of(purchase))
    shown = await shown_purchase(purchase, "AWAITING_PAYMENT", payment, ECO=1, PRO=2)
    assert answer == not_open("AWAITING_PAYMENT", shown)


async def test_an_expired_purchase_is_over_already(admin: Client, company: Company) -> None:
    purchase = await waiting(company)
    await expire(purchase)
    async with nothing_changes():
        answer = await admin.mutate("cancelPurchase", NOT_OPEN, purchaseId=id_of(purchase))
    assert answer == not_open("EXPIRED", await shown_purchase(purchase, "EXPIRED", ECO=1, PRO=2))


async def test_an_id_that_leads_nowhere_is_not_found(admin: Client, company: Company) -> None:
    purchase = await waiting(company)
    for given in [*wrong_ids("Purchase"), encode_id("License", purchase.id), purchase.number]:
        await assert_not_found(admin, "cancelPurchase", "Purchase", given, purchaseId=given)


async def test_a_purchase_of_another_account_is_not_found(
    admin: Client, company: Company, other_company: Company
) -> None:
    theirs = await waiting(other_company)
    await assert_not_found(admin, "cancelPurchase", "Purchase", theirs.id, purchaseId=id_of(theirs))


async def test_signed_out_is_a_top_level_error(client: Client, company: Company) -> None:
    for given in [encode_id("Purchase", new_id()), "malformed"]:
        await assert_unauthenticated(client, "cancelPurchase", purchaseId=given)


async def test_an_id_of_a_wrong_type_is_a_top_level_error(admin: Client, company: Company) -> None:
    for wrong in [None, True, 1.5, ["x", "y"], {"id": "x"}]:
        await assert_bad_variables(admin, "cancelPurchase", purchaseId=wrong)
