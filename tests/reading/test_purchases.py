"""account.purchases."""

from datetime import timedelta
from typing import Any

import pytest

from models.database.clock import now
from models.errors import PaymentDeclined
from models.operations.purchasing.cancel_purchase import cancel_purchase
from models.operations.purchasing.proceed_to_purchase import proceed_to_purchase
from models.tables import Payment, Purchase
from payments import make_provider
from tests.support.client import Client
from tests.support.company import Company
from tests.support.purchases import SUCCEEDED, shown_purchase
from tests.support.shown import PURCHASE, money

PURCHASES = f"{{ account {{ purchases {{ totalCount nodes {PURCHASE} }} }} }}"
PAGE = (
    "query ($first: Int, $after: String, $last: Int, $before: String) { account {"
    " purchases(first: $first, after: $after, last: $last, before: $before) {"
    " nodes { number } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount } } }"
)


async def pay(company: Company, purchase: Purchase, method: str) -> None:
    await proceed_to_purchase(
        company.viewer,
        purchase_id=purchase.id,
        accept_licenses=True,
        payment_method=method,
        idempotency_key=f"{method} {purchase.id}",
        provider=make_provider("sandbox"),
    )


async def page(client: Client, **window: Any) -> tuple[list[str], dict[str, Any]]:
    found = (await client.run(PAGE, **window))["account"]["purchases"]
    return [node["number"] for node in found["nodes"]], found["pageInfo"]


async def test_an_account_without_purchases_has_an_empty_list(admin: Client) -> None:
    assert await admin.run(PURCHASES) == {"account": {"purchases": {"totalCount": 0, "nodes": []}}}


async def test_purchases_show_lines_and_payment_newest_first(
    admin: Client, company: Company, other_company: Company
) -> None:
    await other_company.buy(PRO=9)
    bought = await company.buy(PRO=2, ECO=3)
    await company.put_in_cart(ADVANCED=1)
    declined = await company.validate()
    with pytest.raises(PaymentDeclined):
        await pay(company, declined, "pm_card_chargeDeclinedInsufficientFunds")
    waiting = await company.validate()
    answer = (await admin.run(PURCHASES))["account"]["purchases"]
    no_funds = SUCCEEDED | {"state": "DECLINED", "declineCode": "insufficient_funds"}
    assert answer["nodes"] == [
        await shown_purchase(waiting, "AWAITING_ACCEPTANCE", None, ADVANCED=1),
        await shown_purchase(declined, "FAILED", no_funds, ADVANCED=1),
        await shown_purchase(bought, "COMPLETED", SUCCEEDED, ECO=3, PRO=2),
    ]
    assert answer["totalCount"] == 3
    assert answer["nodes"][2]["total"] == money("678.00")
    assert [node["acceptedAt"] is None for node in answer["nodes"]] == [True, False, False]
    assert [node["completedAt"] is None for node in answer["nodes"]] == [True, True, False]


async def test_a_payment_that_waits_for_the_buyer_shows_its_client_secret(admin: Client, company: Company) -> None:
    await company.put_in_cart(PRO=1)
    purchase = await company.validate()
    await pay(company, purchase, "pm_card_threeDSecureRequired")
    payment = await Payment.get(purchase_id=purchase.id)
    open_payment = SUCCEEDED | {"state": "REQUIRES_ACTION", "clientSecret": f"sandbox_{payment.id}_secret"}
    answer = (await admin.run(PURCHASES))["account"]["purchases"]["nodes"]
    assert answer == [await shown_purchase(purchase, "AWAITING_PAYMENT", open_payment, PRO=1)]


async def test_a_cancelled_and_an_overdue_purchase_read_so(admin: Client, company: Company) -> None:
    await company.put_in_cart(PRO=1)
    cancelled = await company.validate()
    await cancel_purchase(company.viewer, purchase_id=cancelled.id)
    overdue = await company.validate()
    await Purchase.filter(id=overdue.id).update(expires_at=now() - timedelta(seconds=1))
    answer = (await admin.run(PURCHASES))["account"]["purchases"]["nodes"]
    assert answer == [
        await shown_purchase(overdue, "EXPIRED", None, PRO=1),
        await shown_purchase(cancelled, "CANCELLED", None, PRO=1),
    ]


async def test_prices_stay_as_they_were_validated(admin: Client, company: Company) -> None:
    await company.put_in_cart(PRO=2)
    purchase = await company.validate()
    package = company.packages["PRO"]
    await package.filter(id=package.id).update(unit_price="999.00")
    try:
        answer = (await admin.run(PURCHASES))["account"]["purchases"]["nodes"]
    finally:
        await package.filter(id=package.id).update(unit_price=package.unit_price)
    assert answer == [await shown_purchase(purchase, "AWAITING_ACCEPTANCE", None, PRO=2)]


async def test_pages_go_from_the_newest_to_the_oldest_and_back(admin: Client, company: Company) -> None:
    numbers = [(await company.buy(ECO=1)).number for _ in range(5)][::-1]
    first, one = await page(admin, first=2)
    second, two = await page(admin, first=2, after=one["endCursor"])
    third, three = await page(admin, first=2, after=two["endCursor"])
    assert first + second + third == numbers
    assert [(p["hasPreviousPage"], p["hasNextPage"]) for p in (one, two, three)] == [
        (False, True),
        (True, True),
        (True, False),
    ]
    last, end = await page(admin, last=2)
    middle, before = await page(admin, last=2, before=end["startCursor"])
    start, begin = await page(admin, last=2, before=before["startCursor"])
    assert start + middle + last == numbers
    assert [(p["hasPreviousPage"], p["hasNextPage"]) for p in (begin, before, end)] == [
        (False, True),
        (True, True),
        (True, False),
    ]
