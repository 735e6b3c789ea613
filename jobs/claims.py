"""The deliveries that this process has claimed: their leases are renewed until each has an outcome on record."""

import asyncio
import math
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import structlog
from prometheus_client import Gauge

from models.database.background import background_task, run_periodically
from models.database.outages import UNAVAILABLE
from models.events.leases import LEASE, renew_leases
from models.events.outcomes import DeliveryOutcome, record
from models.tables import Delivery

RENEW_EVERY = LEASE.total_seconds() / 4
# Leases end by the database's clock, which may run faster: here they end a little earlier.
HELD_FOR = LEASE.total_seconds() * 0.8
SLOW_AFTER = 1.0
RECORD_AGAIN_AFTER = 0.5
RECORDED_WITHIN = 1.0

HELD = Gauge("usher_mails_claimed", "Mails that are claimed and have no outcome yet.", multiprocess_mode="livesum")

log = structlog.get_logger(__name__)


class DeliveryClaim:
    """A claimed delivery, until a time of the event loop's clock."""

    def __init__(self, delivery: Delivery, ends_at: float) -> None:
        self.delivery = delivery
        self._ends_at = ends_at
        self._limit: asyncio.Timeout | None = None
        self._began_at = math.inf

    def is_slow(self, time: float) -> bool:
        """Whether it takes long to send."""
        return time - self._began_at > SLOW_AFTER

    def renew(self, ends_at: float) -> None:
        """Hold it for longer."""
        self._ends_at = ends_at
        if self._limit is not None and not self._limit.expired():
            self._limit.reschedule(ends_at)

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[None]:
        """Cancel the block at the end of the claim. Raises TimeoutError then."""
        self._began_at = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout_at(self._ends_at) as self._limit:
                yield
        finally:
            self._limit, self._began_at = None, math.inf


class Claims:
    """All claims of this process."""

    def __init__(self) -> None:
        self._held: set[DeliveryClaim] = set()
        self._recording: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._held)

    def hold(self, deliveries: Iterable[Delivery], claimed_at: float) -> list[DeliveryClaim]:
        """Hold deliveries whose claim began at this time of the event loop's clock."""
        claims = [DeliveryClaim(delivery, claimed_at + HELD_FOR) for delivery in deliveries]
        self._held.update(claims)
        HELD.inc(len(claims))
        return claims

    def slow(self, time: float) -> int:
        """How many of them are taking long to be sent."""
        return sum(claim.is_slow(time) for claim in self._held)

    def drop(self, claim: DeliveryClaim) -> None:
        """Release it without an outcome."""
        if claim in self._held:
            self._held.remove(claim)
            HELD.dec()

    @asynccontextmanager
    async def renewed(self) -> AsyncIterator[None]:
        """Renew the leases of all claims while the block runs."""
        async with background_task(
            run_periodically(self._renew, lambda: RENEW_EVERY, log, "mail.leases_not_renewed")
        ):
            yield

    async def settle(self, claim: DeliveryClaim, outcome: DeliveryOutcome) -> None:
        """Record an outcome, then release the claim. Cancelling the caller does not stop it."""
        recording = asyncio.create_task(self._settle(claim, outcome))
        self._recording.add(recording)
        recording.add_done_callback(self._recording.discard)
        await asyncio.shield(recording)

    async def end(self) -> None:
        """Wait a moment for outcomes that are being recorded."""
        if self._recording:
            await asyncio.wait(self._recording, timeout=RECORDED_WITHIN)

    async def _renew(self) -> None:
        claims = list(self._held)
        if claims:
            ends_at = asyncio.get_running_loop().time() + HELD_FOR
            kept = await renew_leases([claim.delivery for claim in claims])
            for claim in claims:
                if claim.delivery.id in kept:
                    claim.renew(ends_at)

    async def _settle(self, claim: DeliveryClaim, outcome: DeliveryOutcome) -> None:
        try:
            while not await self._recorded(outcome):  # noqa: ASYNC110 - there is no event for the database's return
                await asyncio.sleep(RECORD_AGAIN_AFTER)
        except Exception:
            log.exception("mail.not_recorded", delivery=str(outcome.id))
        finally:
            self.drop(claim)

    async def _recorded(self, outcome: DeliveryOutcome) -> bool:
        """Whether an outcome is recorded; False while the database is unavailable."""
        try:
            if not await record(outcome):
                log.warning("mail.lease_lost", delivery=str(outcome.id))
        except UNAVAILABLE as error:
            log.warning("mail.not_recorded", delivery=str(outcome.id), error=type(error).__name__)
            return False
        return True
