"""Finishing payments without a recorded outcome."""

from datetime import datetime

import structlog

from models.database.outages import UNAVAILABLE
from models.errors import PaymentDeclined
from models.operations.purchasing.settle_payment import LOOK_AGAIN, SETTLED, settle_payment
from models.rules.payment_provider import PaymentProvider, ProviderUnavailable
from models.tables import Payment

log = structlog.get_logger(__name__)


async def reconcile_payments(provider: PaymentProvider, *, moment: datetime) -> int:
    """Ask the provider about payments that were left open and settle them; returns how many were looked at.

    A process that died between the charge and its record leaves the payment PROCESSING; asking again with the
    same payment finds the charge, or makes it when it never happened: the buyer had accepted.
    """
    due = await Payment.filter(provider=provider.name, look_at__lte=moment, state__not_in=list(SETTLED)).limit(100)
    for payment in due:
        # Set before asking, so that a provider that does not answer is not asked in every round.
        await Payment.filter(id=payment.id).update(look_at=moment + LOOK_AGAIN)
        try:
            await settle_payment(payment, await provider.charge(payment))
        except (PaymentDeclined, ProviderUnavailable):
            continue
        except UNAVAILABLE:
            raise
        except Exception:
            # A payment that cannot be recorded must not stop the others; it is tried again later.
            log.exception("payments.not_settled", payment_id=str(payment.id))
    return len(due)
