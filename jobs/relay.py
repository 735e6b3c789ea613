"""The relay: turns events into deliveries, sends what is due, finishes open payments.

Any number of relays may run, in any number of processes: each row is claimed by one at a time.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from jobs.pauses import Periodic, rest
from jobs.send_mail import MailSender
from models.database.clock import now
from models.database.connection import transaction
from models.database.outages import UNAVAILABLE
from models.events import commit_listeners
from models.events.outbox import NewDelivery, StoredEvent, add_deliveries, take_events
from models.operations.purchasing.reconcile_payments import reconcile_payments
from models.operations.sign_in.answer_sign_in_requests import answer_sign_in_requests
from models.operations.upkeep.fill_search_texts import fill_search_texts
from models.operations.upkeep.forget_expired import BATCH as FULL_BATCH
from models.operations.upkeep.forget_expired import forget_expired
from models.operations.upkeep.keep_search_entries import BATCH as FULL_SEARCH
from models.operations.upkeep.keep_search_entries import keep_search_entries
from models.operations.upkeep.keep_totals import BATCH as FULL_COUNT
from models.operations.upkeep.keep_totals import keep_totals
from models.rules.payment_provider import PaymentProvider
from models.rules.retention import DEFAULT_RETENTION, Retention

FORGET_EVERY = timedelta(hours=1)
COUNT_EVERY = timedelta(minutes=1)
BATCH = 200

log = structlog.get_logger(__name__)


class Relay:
    """Runs rounds until `stop` is set: after each commit of this process, and every second."""

    def __init__(
        self, sender: MailSender, provider: PaymentProvider, retention: Retention = DEFAULT_RETENTION
    ) -> None:
        self._sender = sender
        self._provider = provider
        self._retention = retention
        self._woken = asyncio.Event()
        self._counting = Periodic(COUNT_EVERY, FULL_COUNT)
        self._indexing = Periodic(COUNT_EVERY, FULL_SEARCH)
        self._forgetting = Periodic(FORGET_EVERY, FULL_BATCH)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; work in progress is finished first, e.g. mails that are being sent.

        Mails are sent concurrently with the rounds, so a slow mail server delays nothing else.
        """
        stop_listening = commit_listeners.listen(self._wake)
        stopping = asyncio.create_task(stop.wait())
        sending = asyncio.create_task(self._sender.run(stop))
        try:
            while not stop.is_set():
                busy = await self.round_without_mail(now())
                if not busy:
                    await rest(self._woken, stopping)
            await sending
        finally:
            stop_listening()
            stopping.cancel()
            sending.cancel()
            await asyncio.wait({sending})

    async def round(self, moment: datetime) -> bool:
        """Do all due work once; returns whether there was any. A failed step does not stop the others."""
        done = [await self.round_without_mail(moment), await self._attempt("mail", self._send_mail, moment)]
        return any(done)

    async def round_without_mail(self, moment: datetime) -> bool:
        """Do all due work but sending mail."""
        self._woken.clear()
        done = [
            await self._attempt("sign-ins", self._answer_sign_ins, moment),
            await self._attempt("deliveries", self.make_deliveries, moment),
            await self._attempt("payments", self._reconcile, moment),
            await self._attempt("search", self._fill_search_texts, moment),
            await self._attempt("totals", self._keep_totals, moment),
            await self._attempt("search entries", self._keep_search_entries, moment),
            await self._attempt("forgetting", self._forget, moment),
        ]
        return any(done)

    async def make_deliveries(self, moment: datetime) -> int:
        """Turn new events into deliveries; returns how many events there were."""
        async with transaction():
            events = await take_events(moment, most=BATCH)
            deliveries = [delivery for event in events for delivery in self._deliveries_for(event)]
            if deliveries:
                await add_deliveries(deliveries, moment)
        if deliveries:
            self._sender.wake()
        return len(events)

    def _deliveries_for(self, event: StoredEvent) -> list[NewDelivery]:
        from mailers.consumers import deliveries_for  # noqa: PLC0415 - a server answers first

        try:
            return deliveries_for(event)
        except (LookupError, ValueError, TypeError):
            log.exception("relay.bad_event", event_id=str(event.id), type=event.type)
            return []

    async def _answer_sign_ins(self, _moment: datetime) -> int:
        return await answer_sign_in_requests()

    async def _send_mail(self, moment: datetime) -> int:
        return await self._sender.send_due(moment)

    async def _reconcile(self, moment: datetime) -> int:
        return await reconcile_payments(self._provider, moment=moment)

    async def _fill_search_texts(self, _moment: datetime) -> int:
        return await fill_search_texts()

    async def _keep_totals(self, moment: datetime) -> int:
        if self._counting.is_due(moment):
            await self._counting.done(keep_totals(), moment)
        return 0

    async def _keep_search_entries(self, moment: datetime) -> int:
        if self._indexing.is_due(moment):
            await self._indexing.done(keep_search_entries(), moment)
        return 0

    async def _forget(self, moment: datetime) -> int:
        if self._forgetting.is_due(moment):
            await self._forgetting.done(forget_expired(moment, self._retention), moment)
        return 0

    async def _attempt(self, step: str, work: Callable[[datetime], Awaitable[int]], moment: datetime) -> int:
        try:
            return await work(moment)
        except UNAVAILABLE as error:
            log.warning("relay.step_failed", step=step, error=type(error).__name__)
        except Exception:
            log.exception("relay.step_failed", step=step)
        return 0

    def _wake(self, _account_id: UUID) -> None:
        self._woken.set()
