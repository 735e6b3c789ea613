"""The sandbox provider: what each test method does to a purchase."""

from datetime import timedelta

import pytest

from models.database.clock import now
from models.database.connection import fetch
from models.errors import InvalidInput, PaymentDeclined
from models.operations.purchasing.proceed_to_purchase import proceed_to_purchase
from models.operations.purchasing.reconcile_payments import reconcile_payments
from models.operations.purchasing.settle_payment import PurchaseProceeded
from models.tables import Payment, PaymentState, Purchase, PurchaseState, SandboxCharge
from payments import PROVIDERS, make_provider
from tests.support.company import Company
from tests.support.recorded import broken_invariants
from tests.support.unchanged import nothing_changes

NOTHING = {"ECO": (0, 0, 0), "ADVANCED": (0, 0, 0), "PRO": (0, 0, 0)}


async def pay(company: Company, purchase: Purchase, method: str, key: str = "key") -> PurchaseProceeded:
    """Accept a purchase and pay by a method."""
    return await proceed_to_purchase(
        company.viewer,
        purchase_id=purchase.id,
        accept_licenses=True,
        payment_method=method,
        idempotency_key=key,
        provider=make_provider("sandbox"),
    )


@pytest.mark.parametrize("method", ["pm_card_visa", "pm_card_mastercard", "pm_card_amex"])
async def test_a_good_card_is_charged_once_and_brings_the_seats(company: Company, method: str) -> None:
    await company.put_in_cart(PRO=2)
    done = await pay(company, await company.validate(), method)
    assert done.purchase.state is PurchaseState.COMPLETED
    assert await company.counts() == NOTHING | {"PRO": (2, 0, 0)}
    payment = await Payment.get(purchase_id=done.purchase.id)
    assert (payment.provider, payment.method, payment.state) == ("sandbox", method, PaymentState.SUCCEEDED)
    assert (f"{payment.amount} {payment.currency}", payment.client_secret) == ("498.00 CAD", None)
    assert (payment.decline_code, payment.look_at) == (None, None)
    charge = await SandboxCharge.get(payment_id=payment.id)
    assert (charge.method, f"{charge.amount} {charge.currency}") == (method, "498.00 CAD")
    assert await SandboxCharge.all().count() == 1


@pytest.mark.parametrize(
    ("method", "code"),
    [
        ("pm_card_chargeDeclined", "card_declined"),
        ("pm_card_chargeDeclinedInsufficientFunds", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card"),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc"),
    ],
)
async def test_a_bad_card_is_declined_with_its_code_and_brings_nothing(
    company: Company, method: str, code: str
) -> None:
    await company.put_in_cart(PRO=2)
    purchase = await company.validate()
    with pytest.raises(PaymentDeclined) as refused:
        await pay(company, purchase, method)
    assert refused.value.decline_code == code
    assert refused.value.purchase.state is PurchaseState.FAILED
    payment = await Payment.get(purchase_id=purchase.id)
    assert (payment.state, payment.decline_code, payment.look_at) == (PaymentState.DECLINED, code, None)
    assert payment.settled_at is not None
    assert await company.counts() == NOTHING
    async with nothing_changes():
        with pytest.raises(PaymentDeclined):
            await pay(company, purchase, method)
        assert await reconcile_payments(make_provider("sandbox"), moment=now() + timedelta(days=1)) == 0
    assert (await pay(company, purchase, "pm_card_visa", "another key")).purchase.state is PurchaseState.COMPLETED
    assert await company.counts() == NOTHING | {"PRO": (2, 0, 0)}


async def test_a_bank_that_asks_is_waited_for_then_brings_the_seats_once(company: Company) -> None:
    await company.put_in_cart(PRO=2)
    purchase = await company.validate()
    before = now()
    asked = await pay(company, purchase, "pm_card_threeDSecureRequired")
    assert asked.purchase.state is PurchaseState.AWAITING_PAYMENT
    payment = await Payment.get(purchase_id=purchase.id)
    assert payment.state is PaymentState.REQUIRES_ACTION
    assert payment.client_secret == f"sandbox_{payment.id}_secret"
    assert payment.look_at is not None
    assert before <= payment.look_at - timedelta(seconds=30) <= now()
    assert await company.counts() == NOTHING
    # A look before it is due asks nobody; one before the bank has confirmed finds it still waiting.
    async with nothing_changes():
        assert await reconcile_payments(make_provider("sandbox"), moment=payment.look_at - timedelta(seconds=1)) == 0
    async with nothing_changes("payments"):
        assert await reconcile_payments(make_provider("sandbox"), moment=payment.look_at) == 1
    await fetch("UPDATE sandbox_charges SET charged_at = charged_at - interval '5 seconds'")
    waiting = await Payment.get(id=payment.id)
    assert waiting.state is PaymentState.REQUIRES_ACTION
    assert waiting.look_at is not None
    assert await reconcile_payments(make_provider("sandbox"), moment=waiting.look_at) == 1
    settled = await Payment.get(id=payment.id)
    assert (settled.state, settled.client_secret, settled.look_at) == (PaymentState.SUCCEEDED, None, None)
    assert (await Purchase.get(id=purchase.id)).state is PurchaseState.COMPLETED
    assert await company.counts() == NOTHING | {"PRO": (2, 0, 0)}
    async with nothing_changes():
        assert await reconcile_payments(make_provider("sandbox"), moment=now() + timedelta(days=1)) == 0
    assert await broken_invariants() == {}


async def test_the_same_call_again_sees_that_the_bank_has_confirmed(company: Company) -> None:
    await company.put_in_cart(PRO=2)
    purchase = await company.validate()
    await pay(company, purchase, "pm_card_threeDSecureRequired")
    await fetch("UPDATE sandbox_charges SET charged_at = charged_at - interval '5 seconds'")
    done = await pay(company, purchase, "pm_card_threeDSecureRequired")
    assert done.purchase.state is PurchaseState.COMPLETED
    assert await company.counts() == NOTHING | {"PRO": (2, 0, 0)}
    assert await SandboxCharge.all().count() == 1


@pytest.mark.parametrize("method", ["", "pm_card", "PM_CARD_VISA", "pm_card_visa ", "4242424242424242"])
async def test_a_method_that_is_none_of_the_providers_is_refused_before_anything(
    company: Company, method: str
) -> None:
    await company.put_in_cart(PRO=2)
    purchase = await company.validate()
    async with nothing_changes():
        with pytest.raises(InvalidInput) as refused:
            await pay(company, purchase, method)
    assert refused.value.fields == [(("paymentMethod",), "The provider knows no such payment method.")]


def test_providers_are_made_by_name() -> None:
    assert list(PROVIDERS) == ["sandbox"]
    assert make_provider("sandbox").name == "sandbox"
    with pytest.raises(KeyError):
        make_provider("gold")
