"""Sending the deliveries that are due, over several connections at once."""

import asyncio
from collections import deque
from datetime import datetime

import structlog
from prometheus_client import Gauge

from jobs.claims import Claims, DeliveryClaim
from jobs.pauses import rest
from jobs.try_mail import MAILS, LeaseLost, try_later, try_mail
from mailers.config import MailConfig
from mailers.transport import SmtpServer, SmtpSession, TryLater
from models.database.clock import now
from models.database.outages import UNAVAILABLE
from models.events.outbox import claim_deliveries
from models.events.outcomes import DeliveryOutcome, released

# Deliveries per claim, and the number of held ones at which no more are claimed.
BATCH = 50
ENOUGH = 51
CONNECTIONS = 10
# The number of waiting mails for each connection, before another is opened.
MAILS_A_CONNECTION = 10
# The time without additional connections after the mail server has refused one.
REFUSED_FOR = 60.0
# The time without claims after it has refused the only connection: waiting mails are then not tried in vain.
AWAY_FOR = 1.0

OPEN = Gauge("usher_smtp_connections", "Connections to the mail server.", multiprocess_mode="livesum")

log = structlog.get_logger(__name__)


class MailSender:
    """Claims due deliveries and sends them, outside any transaction."""

    def __init__(self, server: SmtpServer, config: MailConfig, connections: int = CONNECTIONS) -> None:
        self._server = server
        self._config = config
        self._most = connections
        self._refused_until = 0.0
        self._away_until = 0.0
        self._claims = Claims()
        self._waiting: deque[DeliveryClaim] = deque()
        self._connections: set[asyncio.Task[None]] = set()
        self._working = 0
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Look for due deliveries at once."""
        self._woken.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Send due mails until `stop` is set; mails that are being sent are finished first.

        A slow mail blocks only its own connection.
        """
        stopping = asyncio.create_task(stop.wait())
        try:
            async with self._claims.renewed():
                try:
                    while not stop.is_set():
                        self._woken.clear()
                        if not await self._claim_more(stop):
                            await rest(self._woken, stopping)
                    await self._all_sent()
                finally:
                    await self._end()
        finally:
            stopping.cancel()

    async def send_due(self, moment: datetime) -> int:
        """Send a batch of due mails; returns how many deliveries were claimed."""
        async with self._claims.renewed():
            try:
                claimed = await self._claim(moment, asyncio.Event())
                await self._all_sent()
            finally:
                await self._end()
        return claimed

    async def _claim_more(self, stop: asyncio.Event) -> bool:
        """Claim due deliveries, unless enough are held; returns whether there may be more."""
        self._connect(stop)
        if len(self._claims) >= ENOUGH or asyncio.get_running_loop().time() < self._away_until:
            return False
        try:
            return await self._claim(now(), stop) == BATCH
        except UNAVAILABLE as error:
            log.warning("relay.step_failed", step="mail", error=type(error).__name__)
        except Exception:
            log.exception("relay.step_failed", step="mail")
        return False

    async def _claim(self, moment: datetime, stop: asyncio.Event) -> int:
        claimed_at = asyncio.get_running_loop().time()
        claims = self._claims.hold(await claim_deliveries(moment, most=BATCH), claimed_at)
        self._waiting.extend(claims)
        self._connect(stop)
        return len(claims)

    def _connect(self, stop: asyncio.Event) -> None:
        """Open connections for the waiting mails."""
        time = asyncio.get_running_loop().time()
        most = 1 if time < self._refused_until else self._most
        wanted = -(-len(self._waiting) // MAILS_A_CONNECTION) + self._claims.slow(time)
        while self._waiting and self._working < min(wanted, most):
            self._working += 1
            connection = asyncio.create_task(self._work(stop))
            self._connections.add(connection)
            connection.add_done_callback(self._connections.discard)

    async def _work(self, stop: asyncio.Event) -> None:
        try:
            error = await self._send_all(stop)
        finally:
            self._working -= 1
        if error is not None and self._working:
            log.warning("mail.connection_lost", error=error, others=self._working)
        elif error is not None:
            # The server itself is unreachable.
            self._away_until = asyncio.get_running_loop().time() + AWAY_FOR
            claims, self._waiting = self._waiting, deque()
            await asyncio.gather(*(self._settle(claim, try_later(claim.delivery, error)) for claim in claims))

    async def _send_all(self, stop: asyncio.Event) -> str | None:
        """Send waiting mails over one connection, and another if the server closes it; returns the error."""
        refused = False
        try:
            while self._waiting and not stop.is_set():
                refused = True
                with OPEN.track_inprogress():
                    async with self._server.session() as session:
                        refused = False
                        await self._send_over(session, stop)
        except TryLater as error:
            if refused and self._working > 1:
                self._refused_until = asyncio.get_running_loop().time() + REFUSED_FOR
            return str(error)
        except Exception as error:
            log.exception("mail.connection_broken")
            return type(error).__name__
        return None

    async def _send_over(self, session: SmtpSession, stop: asyncio.Event) -> None:
        while self._waiting and not stop.is_set() and session.alive:
            claim = self._waiting.popleft()
            outcome = await self._try(session, claim)
            if outcome is not None:
                await self._settle(claim, outcome)
                if outcome.was_put_off and not session.alive:
                    raise TryLater(outcome.last_error)

    async def _try(self, session: SmtpSession, claim: DeliveryClaim) -> DeliveryOutcome | None:
        """The outcome of a mail; None where its lease was lost, as it may be another process's."""
        try:
            async with claim.sending():
                return await try_mail(session, claim.delivery, self._config)
        except TimeoutError:
            session.hang_up()
        except LeaseLost:
            pass
        except asyncio.CancelledError:
            self._claims.drop(claim)
            raise
        self._claims.drop(claim)
        MAILS.labels("lost").inc()
        log.warning("mail.lease_lost", delivery=str(claim.delivery.id))
        return None

    async def _settle(self, claim: DeliveryClaim, outcome: DeliveryOutcome) -> None:
        await self._claims.settle(claim, outcome)
        # A later notice to the same person may be due now.
        self._woken.set()

    async def _all_sent(self) -> None:
        while self._connections:
            await asyncio.wait(self._connections)

    async def _end(self) -> None:
        """Release untried deliveries; those being sent are cancelled, and their leases expire."""
        for connection in self._connections:
            connection.cancel()
        await self._all_sent()
        claims, self._waiting = self._waiting, deque()
        await asyncio.gather(*(self._claims.settle(claim, released(claim.delivery)) for claim in claims))
        await self._claims.end()
