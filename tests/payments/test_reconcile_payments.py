"""Payments that were left open, and how they are finished."""

import asyncio
from datetime import datetime, timedelta

import pytest

from models.database.clock import now
from models.errors import PurchaseNotOpen
from models.operations.purchasing.cancel_purchase import cancel_purchase
from models.operations.purchasing.proceed_to_purchase import proceed_to_purchase
from models.operations.purchasing.reconcile_payments import reconcile_payments
from models.rules.payment_provider import PaymentProvider
from models.tables import Event, Payment, PaymentState, Purchase, PurchaseState, SandboxCharge, SeatGrant
from payments import make_provider
from tests.support.company import Company, make_company
from tests.support.providers import FatalProvider, FickleProvider, ProcessDied, SlowProvider
from tests.support.recorded import broken_invariants
from tests.support.unchanged import nothing_changes

NOTHING = {"ECO": (0, 0, 0), "ADVANCED": (0, 0, 0), "PRO": (0, 0, 0)}


async def left_open(
    company: Company, provider: PaymentProvider, *, method: str = "pm_card_visa", dies: bool = False
) -> Payment:
    """A payment whose outcome nobody recorded: the provider was away, or the process died."""
    await company.put_in_cart(PRO=2)
    purchase = await company.validate()
    proceed = proceed_to_purchase(
        company.viewer,
        purchase_id=purchase.id,
        accept_licenses=True,
        payment_method=method,
        idempotency_key=f"left open {purchase.id}",
        provider=provider,
    )
    if dies:
        with pytest.raises(ProcessDied):
            await proceed
    else:
        assert (await proceed).purchase.state is PurchaseState.AWAITING_PAYMENT
    payment = await Payment.get(purchase_id=purchase.id)
    assert (payment.state, payment.settled_at) == (PaymentState.PROCESSING, None)
    assert await company.counts() == NOTHING
    return payment


def due(payment: Payment) -> datetime:
    """When the payment is to be looked at."""
    assert payment.look_at is not None
    return payment.look_at


async def assert_completed_once(company: Company, payment: Payment) -> None:
    """The purchase is paid and its seats exist, both once."""
    assert (await Payment.get(id=payment.id)).state is PaymentState.SUCCEEDED
    assert (await Purchase.get(id=payment.purchase_id)).state is PurchaseState.COMPLETED
    assert await company.counts() == NOTHING | {"PRO": (2, 0, 0)}
    assert await SandboxCharge.filter(payment_id=payment.id).count() == 1
    assert await SeatGrant.filter(account_id=company.account_id).count() == 1
    assert await Event.filter(account_id=company.account_id, type="purchase.completed").count() == 1
    assert await broken_invariants() == {}


async def test_a_process_that_died_after_the_charge_is_finished_for_without_a_second_charge(company: Company) -> None:
    payment = await left_open(company, FatalProvider(), dies=True)
    charge = await SandboxCharge.get(payment_id=payment.id)
    assert await reconcile_payments(make_provider("sandbox"), moment=due(payment)) == 1
    await assert_completed_once(company, payment)
    assert await SandboxCharge.get(payment_id=payment.id) == charge
    async with nothing_changes():
        assert await reconcile_payments(make_provider("sandbox"), moment=now() + timedelta(days=1)) == 0


async def test_a_payment_that_was_never_charged_is_charged_later(company: Company) -> None:
    payment = await left_open(company, FickleProvider(fails_before=True))
    assert await SandboxCharge.all().count() == 0
    assert await reconcile_payments(make_provider("sandbox"), moment=due(payment)) == 1
    await assert_completed_once(company, payment)


async def test_nothing_is_asked_before_a_payment_is_due(company: Company) -> None:
    payment = await left_open(company, FickleProvider(fails_after=True))
    provider = FickleProvider()
    async with nothing_changes():
        assert await reconcile_payments(provider, moment=due(payment) - timedelta(microseconds=1)) == 0
    assert provider.asked == []


async def test_a_payment_left_open_is_declined_later(company: Company) -> None:
    payment = await left_open(company, FickleProvider(fails_after=True), method="pm_card_chargeDeclined")
    assert await reconcile_payments(make_provider("sandbox"), moment=due(payment)) == 1
    declined = await Payment.get(id=payment.id)
    assert (declined.state, declined.decline_code) == (PaymentState.DECLINED, "card_declined")
    assert (await Purchase.get(id=payment.purchase_id)).state is PurchaseState.FAILED
    assert await company.counts() == NOTHING
    assert await Event.filter(type="purchase.failed").count() == 1
    assert await broken_invariants() == {}


async def test_a_provider_that_stays_away_is_asked_again_later(company: Company) -> None:
    payment = await left_open(company, FickleProvider(fails_before=True))
    away = FickleProvider(fails_before=True)
    moment = due(payment)
    for times in (1, 2, 3):
        async with nothing_changes("payments"):
            assert await reconcile_payments(away, moment=moment) == 1
        assert away.asked == [payment.id] * times
        waiting = await Payment.get(id=payment.id)
        assert (waiting.state, waiting.look_at) == (PaymentState.PROCESSING, moment + timedelta(seconds=30))
        moment = due(waiting)
    assert await reconcile_payments(make_provider("sandbox"), moment=moment) == 1
    await assert_completed_once(company, payment)


async def test_one_payment_that_cannot_be_asked_for_holds_up_no_other(company: Company) -> None:
    other = await make_company("example.net")
    declined = await left_open(company, FickleProvider(fails_before=True), method="pm_card_chargeDeclined")
    paid = await left_open(other, FickleProvider(fails_before=True))
    assert await reconcile_payments(make_provider("sandbox"), moment=max(due(declined), due(paid))) == 2
    assert (await Payment.get(id=declined.id)).state is PaymentState.DECLINED
    await assert_completed_once(other, paid)


async def test_payments_of_another_provider_are_left_alone(company: Company) -> None:
    await left_open(company, FickleProvider(fails_before=True))
    other = FickleProvider(name="other")
    async with nothing_changes():
        assert await reconcile_payments(other, moment=now() + timedelta(days=1)) == 0
    assert other.asked == []


async def test_two_reconcilers_at_once_bring_the_seats_once(company: Company) -> None:
    payment = await left_open(company, FatalProvider(), dies=True)
    provider = SlowProvider(expected=2)
    # The second one's clock is fast, so that it looks whether or not the first one has put the next look off.
    moments = [due(payment), due(payment) + timedelta(minutes=1)]
    looked = await asyncio.gather(*[reconcile_payments(provider, moment=moment) for moment in moments])
    assert looked == [1, 1]
    assert provider.asked == [payment.id] * 2
    await assert_completed_once(company, payment)


async def test_a_reconciler_and_the_repeated_call_bring_the_seats_once(company: Company) -> None:
    payment = await left_open(company, FatalProvider(), dies=True)
    provider = SlowProvider(expected=3)
    again = [
        proceed_to_purchase(
            company.viewer,
            purchase_id=payment.purchase_id,
            accept_licenses=True,
            payment_method="pm_card_visa",
            idempotency_key=f"left open {payment.purchase_id}",
            provider=provider,
        )
        for _ in range(2)
    ]
    first, second, looked = await asyncio.gather(*again, reconcile_payments(provider, moment=due(payment)))
    assert looked == 1
    for answer in (first, second):
        assert answer.purchase.state is PurchaseState.COMPLETED
        assert answer.inventory == first.inventory
    await assert_completed_once(company, payment)


async def test_a_purchase_whose_payment_is_open_cannot_be_cancelled_meanwhile(company: Company) -> None:
    payment = await left_open(company, FickleProvider(fails_before=True))
    async with nothing_changes():
        with pytest.raises(PurchaseNotOpen, match="AWAITING_PAYMENT"):
            await cancel_purchase(company.viewer, purchase_id=payment.purchase_id)
    assert await reconcile_payments(make_provider("sandbox"), moment=due(payment)) == 1
    await assert_completed_once(company, payment)
