"""Telling the other processes on the same database that an account has new events, and hearing it from them.

By LISTEN and NOTIFY on one connection outside the pool. A NOTIFY inside the business's transaction would make all
commits of the cluster wait for each other; here one statement tells of everything that was committed since the last.
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

from models.database.background import beside
from models.database.connecting import connect_to_database
from models.database.database_url import DatabaseUrl
from models.database.outages import UNAVAILABLE
from models.events import commit_listeners

CHANNEL = "usher_accounts"
# A payload has less than 8 000 bytes: so many ids, and the name of who speaks.
MOST_IDS = 200
RECONNECT_AFTER = 1.0
# How often hearing is tried by a notice from another connection, and how long that may take. Behind a pooler that
# gives each transaction another connection, LISTEN is heard by nobody, and no error says so.
TRIED_EVERY = 60.0
HEARD_WITHIN = 5.0
# Seconds in which changes are collected after some were told: each telling is a commit, and all of them in the
# cluster wait for each other.
PAUSE = 0.02

HEARS = Gauge(
    "usher_neighbours_hear",
    "1 where the process hears at once what others have committed, 0 where it looks every second.",
    multiprocess_mode="min",
)

log = structlog.get_logger(__name__)


class Neighbours:
    """The connection to the other processes. While it is lost, everybody still looks for themselves every second."""

    def __init__(self, url: str) -> None:
        self._url = DatabaseUrl.parse(url)
        self._me = uuid4().hex
        self._untold: set[UUID] = set()
        self._woken = asyncio.Event()
        self._deaf = False
        self._heard_itself = asyncio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Speak and listen while the block runs."""
        stop_speaking = commit_listeners.speak(self._note)
        try:
            async with beside(self._talk()):
                yield
        finally:
            stop_speaking()

    def _note(self, account_id: UUID) -> None:
        self._untold.add(account_id)
        self._woken.set()

    async def _talk(self) -> None:
        while True:
            try:
                await self._talk_while_connected()
            except (*UNAVAILABLE, asyncpg.PostgresError) as error:
                log.warning("neighbours.lost", error=type(error).__name__)
            await asyncio.sleep(RECONNECT_AFTER)

    async def _talk_while_connected(self) -> None:
        # Nothing but notices is sent, and a host that freezes must not be waited for as long as for a statement.
        connection = await connect_to_database(self._url, command_timeout=HEARD_WITHIN)
        try:
            # A connection that ends must end the wait below.
            connection.add_termination_listener(lambda _: self._woken.set())
            await connection.add_listener(CHANNEL, self._hear)
            async with beside(self._try_hearing(connection)):
                while not connection.is_closed():
                    await self._tell(connection)
                    await asyncio.sleep(PAUSE)
                    await self._woken.wait()
        finally:
            HEARS.set(0)
            connection.terminate()

    async def _try_hearing(self, connection: asyncpg.Connection) -> None:
        """See now and then whether notices arrive, and say so once where they never do."""
        heard = False
        while True:
            with suppress(*UNAVAILABLE, asyncpg.PostgresError):
                hears = await self._hears_others()
                HEARS.set(1 if hears else 0)
                if heard and not hears:
                    # Its host may have frozen. The next connection shows.
                    connection.terminate()
                elif not hears and not self._deaf:
                    log.warning("neighbours.deaf", see="USHER_DATABASE_DIRECT_URL")
                    self._deaf = True
                heard = hears
            await asyncio.sleep(TRIED_EVERY)

    async def _hears_others(self) -> bool:
        """Whether a notice arrives that is sent as other processes send theirs: over another connection.

        Over the same one a pooler may happen to send it to where it is heard.
        """
        self._heard_itself.clear()
        other = await connect_to_database(self._url, command_timeout=HEARD_WITHIN)
        try:
            await other.execute("SELECT pg_notify($1, $2)", CHANNEL, self._me)
        finally:
            other.terminate()
        try:
            await asyncio.wait_for(self._heard_itself.wait(), HEARD_WITHIN)
        except TimeoutError:
            return False
        return True

    async def _tell(self, connection: asyncpg.Connection) -> None:
        self._woken.clear()
        # An account that has another event meanwhile is told of once more.
        telling, self._untold = self._untold, set()
        try:
            while telling:
                ids = set(islice(telling, MOST_IDS))
                await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, self._payload(ids))
                telling -= ids
        finally:
            self._untold |= telling

    def _payload(self, ids: Iterable[UUID]) -> str:
        return " ".join([self._me, *map(str, ids)])

    def _hear(self, _connection: Any, _process: int, _channel: str, payload: object) -> None:
        speaker, *ids = str(payload).split()
        if speaker == self._me:
            self._heard_itself.set()
        else:
            for account_id in ids:
                commit_listeners.pass_on(UUID(account_id))
