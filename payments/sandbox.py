"""A provider that moves no money. Its test payment methods are named as Stripe names its own."""

from datetime import timedelta

from models.database.clock import now
from models.database.connection import fetch
from models.rules.payment_provider import ChargeOutcome
from models.tables import Payment, PaymentState, SandboxCharge

SUCCEED = {"pm_card_visa", "pm_card_mastercard", "pm_card_amex"}
DECLINE = {
    "pm_card_chargeDeclined": "card_declined",
    "pm_card_chargeDeclinedInsufficientFunds": "insufficient_funds",
    "pm_card_chargeDeclinedExpiredCard": "expired_card",
    "pm_card_chargeDeclinedIncorrectCvc": "incorrect_cvc",
}
# The buyer's bank asks for confirmation; here it confirms by itself after a moment.
CONFIRM = {"pm_card_threeDSecureRequired"}
CONFIRMED_AFTER = timedelta(seconds=5)


class SandboxProvider:
    """Remembers each charge under its payment's id, so a repeated charge finds the first one."""

    name = "sandbox"
    moves_money = False

    def accepts(self, method: str) -> bool:
        """Tell whether the method is one of the test methods above."""
        return method in SUCCEED or method in DECLINE or method in CONFIRM

    async def charge(self, payment: Payment) -> ChargeOutcome:
        """Charge a payment once and return its outcome."""
        await fetch(
            "INSERT INTO sandbox_charges (payment_id, method, amount, currency, charged_at)"
            " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (payment_id) DO NOTHING",
            payment.id,
            payment.method,
            payment.amount,
            payment.currency,
            now(),
        )
        return _outcome(await SandboxCharge.get(payment_id=payment.id))


def _outcome(charge: SandboxCharge) -> ChargeOutcome:
    if charge.method in DECLINE:
        return ChargeOutcome(PaymentState.DECLINED, decline_code=DECLINE[charge.method])
    if charge.method in CONFIRM and now() < charge.charged_at + CONFIRMED_AFTER:
        secret = f"sandbox_{charge.payment_id}_secret"
        return ChargeOutcome(PaymentState.REQUIRES_ACTION, client_secret=secret)
    return ChargeOutcome(PaymentState.SUCCEEDED)
