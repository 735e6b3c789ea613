"""Sending the deliveries that are due."""

import asyncio
from datetime import datetime

import structlog
from prometheus_client import Counter

from mailers.config import MailConfig
from mailers.notice import Obsolete
from mailers.transport import PermanentlyRefused, SmtpServer, SmtpSession, TryLater
from models.allowances import spend
from models.clock import now
from models.errors import RateLimited
from models.outbox import (
    LEASE,
    MAILS_TO_A_PERSON,
    claim_deliveries,
    hold_back,
    mark_failed,
    mark_sent,
    release,
    retry_later,
    stop_blocking,
)
from models.tables import Delivery
from models.unavailable import UNAVAILABLE

BATCH = 50

MAILS = Counter("usher_mails", "Mails that were tried, and what came of it.", ["outcome"])

log = structlog.get_logger(__name__)


class Postman:
    """Claims due deliveries and sends them over one connection, outside any transaction."""

    def __init__(self, server: SmtpServer, config: MailConfig) -> None:
        self._server = server
        self._config = config

    async def send_due(self, moment: datetime, stop: asyncio.Event) -> int:
        """Send what is due until `stop` is set; returns how many deliveries were claimed."""
        claimed = await claim_deliveries(moment, most=BATCH)
        if not claimed:
            return 0
        waiting = list(claimed)
        claimed_at = now()
        try:
            async with self._server.session() as session:
                while waiting and not stop.is_set() and now() < claimed_at + LEASE / 2:
                    await self._send(session, waiting.pop(0))
        except TryLater as error:
            # The server itself is out of reach: what was claimed and not yet tried waits too.
            while waiting:
                await self._put_off(waiting.pop(0), error)
        finally:
            # Also when this is cut off: nobody else could send them before the lease runs out.
            await release(waiting)
        return len(claimed)

    async def _send(self, session: SmtpSession, delivery: Delivery) -> None:
        try:
            from mailers.compose import compose  # noqa: PLC0415 - a server answers first

            message = await compose(delivery, self._config)
            if delivery.in_order:
                await spend(MAILS_TO_A_PERSON, str(delivery.recipient_id))
            await session.send(message)
        except RateLimited as error:
            await hold_back(delivery, error.retry_at)
            MAILS.labels("held_back").inc()
            log.warning("mail.held_back", delivery=str(delivery.id), until=error.retry_at.isoformat())
        except PermanentlyRefused as error:
            await mark_failed(delivery, now(), str(error))
            MAILS.labels("refused").inc()
            log.error("mail.refused", delivery=str(delivery.id), consumer=delivery.consumer, error=str(error))
        except Obsolete as error:
            await mark_failed(delivery, now(), str(error))
            MAILS.labels("obsolete").inc()
            log.warning("mail.obsolete", delivery=str(delivery.id), consumer=delivery.consumer)
        except TryLater as error:
            await self._put_off(delivery, error)
            if not session.alive:
                raise
        except UNAVAILABLE as error:
            # The database was away while the mail was written, which is not the mail's fault: it keeps its turn.
            await self._put_off(delivery, TryLater(type(error).__name__))
        except Exception as error:
            log.exception("mail.broken", delivery=str(delivery.id), consumer=delivery.consumer)
            await stop_blocking(delivery)
            await self._put_off(delivery, TryLater(type(error).__name__))
        else:
            await mark_sent(delivery, now())
            MAILS.labels("sent").inc()
            log.info("mail.sent", delivery=str(delivery.id), consumer=delivery.consumer)

    async def _put_off(self, delivery: Delivery, error: TryLater) -> None:
        kept = await retry_later(delivery, now(), str(error))
        outcome, tell = ("put_off", log.warning) if kept else ("given_up", log.error)
        MAILS.labels(outcome).inc()
        tell(
            f"mail.{outcome}",
            delivery=str(delivery.id),
            consumer=delivery.consumer,
            attempts=delivery.attempts,
            error=str(error),
        )
