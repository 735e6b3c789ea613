"""A cart that is edited while its purchase is being settled: neither waits for the other for ever, and both count."""

import asyncio
from contextvars import copy_context

from models.database.connection import fetch, transaction
from models.operations.purchasing.proceed_to_purchase import proceed_to_purchase
from models.operations.purchasing.settle_payment import settle_payment
from models.rules.carts import lock_cart, read_cart
from models.rules.payment_provider import ChargeOutcome
from models.tables import CartLine, Payment, PaymentState
from payments import make_provider
from tests.support.company import Company
from tests.support.queue import waiting
from tests.support.waiting import until_told


async def test_settling_waits_for_a_cart_that_is_being_edited_and_takes_out_what_was_bought(company: Company) -> None:
    await company.put_in_cart(PRO=2, ECO=1)
    purchase = await company.validate()
    await proceed_to_purchase(
        company.viewer,
        purchase_id=purchase.id,
        accept_licenses=True,
        payment_method="pm_card_threeDSecureRequired",
        idempotency_key="a wish",
        provider=make_provider("sandbox"),
    )
    payment = await Payment.get(purchase_id=purchase.id)
    outside = copy_context()

    async def waits() -> bool:
        return await waiting() == 1

    async with transaction():
        await lock_cart(company.viewer)
        settling = settle_payment(payment, ChargeOutcome(PaymentState.SUCCEEDED))
        settled = asyncio.create_task(settling, context=outside)
        await until_told(waits)
        # An edit locks the cart, and so all of its lines.
        await fetch("UPDATE cart_lines SET quantity = quantity + 5 WHERE package_id = $1", company.packages["PRO"].id)
    await settled
    assert await CartLine.all().values_list("package_id", "quantity") == [(company.packages["PRO"].id, 5)]
    assert (await company.counts())["PRO"] == (2, 0, 0)
    assert [line.quantity for line in (await read_cart(company.administrator.id)).lines] == [5]
