"""Trying one mail, and its outcome."""

import structlog
from prometheus_client import Counter

from mailers.config import MailConfig
from mailers.notice import Obsolete
from mailers.transport import PermanentlyRefused, SmtpSession, TryLater
from models.database.clock import now
from models.database.outages import UNAVAILABLE
from models.errors import RateLimited
from models.events.leases import holds_lease
from models.events.outbox import MAILS_TO_A_PERSON
from models.events.outcomes import DeliveryOutcome, failed, held_back, put_off, sent
from models.limits.rate_limits import spend_together
from models.tables import Delivery

MAILS = Counter("usher_mails", "Mails that were tried, by outcome.", ["outcome"])

log = structlog.get_logger(__name__)


class LeaseLost(Exception):
    """Another process may send the mail now, so this one must not."""


async def try_mail(session: SmtpSession, delivery: Delivery, config: MailConfig) -> DeliveryOutcome:
    """Write a claimed mail and send it. Raises LeaseLost."""
    try:
        await _send(session, delivery, config)
    except LeaseLost:
        raise
    except RateLimited as error:
        outcome = held_back(delivery, error.retry_at)
        MAILS.labels("held_back").inc()
        log.warning("mail.held_back", delivery=str(delivery.id), until=error.retry_at.isoformat())
    except PermanentlyRefused as error:
        outcome = failed(delivery, str(error))
        MAILS.labels("refused").inc()
        log.error("mail.refused", delivery=str(delivery.id), consumer=delivery.consumer, error=str(error))
    except Obsolete as error:
        outcome = failed(delivery, str(error))
        MAILS.labels("obsolete").inc()
        log.warning("mail.obsolete", delivery=str(delivery.id), consumer=delivery.consumer)
    except TryLater as error:
        outcome = try_later(delivery, str(error))
    except UNAVAILABLE as error:
        # The database was unavailable, which is not the mail's fault: it keeps its place in the order.
        outcome = try_later(delivery, type(error).__name__)
    except Exception as error:
        log.exception("mail.broken", delivery=str(delivery.id), consumer=delivery.consumer)
        # Later notices to the same person may overtake one that cannot be written.
        outcome = try_later(delivery, type(error).__name__)._replace(in_order=False)
    else:
        outcome = sent(delivery)
        MAILS.labels("sent").inc()
        log.info("mail.sent", delivery=str(delivery.id), consumer=delivery.consumer)
    return outcome


async def _send(session: SmtpSession, delivery: Delivery, config: MailConfig) -> None:
    from mailers.compose import compose  # noqa: PLC0415 - a server answers first

    message = await compose(delivery, config)
    if delivery.in_order:
        await spend_together(MAILS_TO_A_PERSON, str(delivery.recipient_id))
    if not await holds_lease(delivery):
        raise LeaseLost
    await session.send(message)


def try_later(delivery: Delivery, error: str) -> DeliveryOutcome:
    """The outcome of a mail that could not be sent now."""
    outcome = put_off(delivery, now(), error)
    name, write = ("given_up", log.error) if outcome.failed else ("put_off", log.warning)
    MAILS.labels(name).inc()
    write(
        f"mail.{name}",
        delivery=str(delivery.id),
        consumer=delivery.consumer,
        attempts=delivery.attempts,
        error=error,
    )
    return outcome
