"""Notifying the other processes on the same database that an account has new events, by LISTEN and NOTIFY.

On one connection outside the pool. A NOTIFY inside a business transaction would serialise all commits of the cluster;
here one statement sends everything that was committed since the last.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from itertools import islice
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import structlog
from prometheus_client import Gauge

from models.database.background import background_task
from models.database.connecting import connect_to_database
from models.database.database_url import DatabaseUrl
from models.database.outages import UNAVAILABLE
from models.events import commit_listeners

CHANNEL = "usher_accounts"
# A payload has less than 8 000 bytes: so many ids, and the name of the sender.
MOST_IDS = 200
RECONNECT_AFTER = 1.0
# The interval and the time limit of a test notification from another connection. Behind a pooler that gives each
# transaction another connection, LISTEN receives nothing, without an error.
TEST_EVERY = 60.0
RECEIVED_WITHIN = 5.0
# Seconds in which changes are collected after a NOTIFY: each is a commit, and those of the cluster are serialised.
PAUSE = 0.02

RECEIVES = Gauge(
    "usher_neighbours_hear",
    "1 where the process is notified of other processes' commits, 0 where it polls every second.",
    multiprocess_mode="min",
)

log = structlog.get_logger(__name__)


class PostgresNotifier:
    """Sends and receives notifications. While its connection is lost, each process still polls every second."""

    def __init__(self, url: str) -> None:
        self._url = DatabaseUrl.parse(url)
        self._name = uuid4().hex
        self._unsent: set[UUID] = set()
        self._woken = asyncio.Event()
        self._warned = False
        self._test_received = asyncio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Send and receive while the block runs."""
        remove = commit_listeners.add_publisher(self._note)
        try:
            async with background_task(self._run()):
                yield
        finally:
            remove()

    def _note(self, account_id: UUID) -> None:
        self._unsent.add(account_id)
        self._woken.set()

    async def _run(self) -> None:
        while True:
            try:
                await self._run_while_connected()
            except (*UNAVAILABLE, asyncpg.PostgresError) as error:
                log.warning("neighbours.lost", error=type(error).__name__)
            await asyncio.sleep(RECONNECT_AFTER)

    async def _run_while_connected(self) -> None:
        # A NOTIFY is short, so a frozen host is detected sooner than for other statements.
        connection = await connect_to_database(self._url, command_timeout=RECEIVED_WITHIN)
        try:
            # Ends the wait below.
            connection.add_termination_listener(lambda _: self._woken.set())
            await connection.add_listener(CHANNEL, self._receive)
            async with background_task(self._test_receiving(connection)):
                while not connection.is_closed():
                    await self._send(connection)
                    await asyncio.sleep(PAUSE)
                    await self._woken.wait()
        finally:
            RECEIVES.set(0)
            connection.terminate()

    async def _test_receiving(self, connection: asyncpg.Connection) -> None:
        """Test now and then whether notifications arrive, and warn once where none ever does."""
        received = False
        while True:
            with suppress(*UNAVAILABLE, asyncpg.PostgresError):
                receives = await self._receives()
                RECEIVES.set(1 if receives else 0)
                if received and not receives:
                    # Its host may be frozen: connect anew.
                    connection.terminate()
                elif not receives and not self._warned:
                    log.warning("neighbours.deaf", see="USHER_DATABASE_DIRECT_URL")
                    self._warned = True
                received = receives
            await asyncio.sleep(TEST_EVERY)

    async def _receives(self) -> bool:
        """Whether a notification from another connection arrives.

        From the same connection it could arrive by chance, behind a pooler.
        """
        self._test_received.clear()
        other = await connect_to_database(self._url, command_timeout=RECEIVED_WITHIN)
        try:
            await other.execute("SELECT pg_notify($1, $2)", CHANNEL, self._name)
        finally:
            other.terminate()
        try:
            await asyncio.wait_for(self._test_received.wait(), RECEIVED_WITHIN)
        except TimeoutError:
            return False
        return True

    async def _send(self, connection: asyncpg.Connection) -> None:
        self._woken.clear()
        # An account with another event meanwhile is sent once more.
        sending, self._unsent = self._unsent, set()
        try:
            while sending:
                ids = set(islice(sending, MOST_IDS))
                await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, self._payload(ids))
                sending -= ids
        finally:
            self._unsent |= sending

    def _payload(self, ids: Iterable[UUID]) -> str:
        return " ".join([self._name, *map(str, ids)])

    def _receive(self, _connection: Any, _process: int, _channel: str, payload: object) -> None:
        sender, *ids = str(payload).split()
        if sender == self._name:
            self._test_received.set()
        else:
            for account_id in ids:
                commit_listeners.relay(UUID(account_id))
