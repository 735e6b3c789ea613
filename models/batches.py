"""One statement for all who ask the same at the same time.

A call that comes while the same is being asked for others waits until that is answered, and is asked together with
those who came meanwhile. So a process under load asks less often than it is called, and a call alone waits for
nothing. Nobody is answered with what was read before they asked.
"""

import asyncio
from asyncio import AbstractEventLoop, Future
from collections.abc import Hashable, Sequence
from itertools import chain
from typing import Any, NamedTuple, cast
from uuid import UUID

import asyncpg

from models.clock import now
from models.database import run_alone

# Seconds that anybody waits for the answers of others before they are asked for beside them.
PATIENCE = 0.002
# Who is asked for together waits for all.
MOST_TOGETHER = 32
MOST_BESIDE = 4


class Asker(NamedTuple):
    """Who asks, by the hash of their secret, and at which event and version of the catalogue they know the answer."""

    credential: bytes
    event_id: UUID | None = None
    catalogue_version: int | None = None


# The askers as rows, for a statement that answers each. The statement's first values are theirs, the fourth is the
# moment. PostgreSQL plans for as many askers as it guesses where it cannot see how many there are: once.
ASKERS = """(
    SELECT credential, event_id, catalogue_version, asker_number, $4::timestamptz AS moment
    FROM unnest((SELECT $1::bytea[]), (SELECT $2::uuid[]), (SELECT $3::bigint[]))
        WITH ORDINALITY AS asked (credential, event_id, catalogue_version, asker_number)
) AS asker"""


def fetch_together(sql: str, asker: Asker, values: tuple[Hashable, ...] = ()) -> "Future[Any]":
    """The row of one who asks, as the driver has it, once it is there.

    The statement reads of ASKERS, tells each one's `asker_number`, and answers each by one row. Its `values` begin
    with the fifth.
    """
    key = (asyncio.get_running_loop(), sql, values)
    question = _QUESTIONS.get(key)
    if question is None:
        question = _QUESTIONS[key] = _Question(*key)
    return question.ask(asker)


class _Question:
    """A statement and its values, and those who wait for it."""

    def __init__(self, loop: AbstractEventLoop, sql: str, values: tuple[Hashable, ...]) -> None:
        self._loop = loop
        self._sql = sql
        self._values = values
        self._waiting: _Waiting = {}
        self._runs: set[asyncio.Task[None]] = set()
        self._impatience: asyncio.TimerHandle | None = None

    def ask(self, asker: Asker) -> "Future[Any]":
        """The row of one who asks, once it is there."""
        future = self._loop.create_future()
        self._waiting.setdefault(asker, []).append(future)
        if not self._runs:
            self._start()
        elif self._impatience is None and len(self._runs) < MOST_BESIDE:
            self._impatience = self._loop.call_later(PATIENCE, self._start)
        return future

    def _start(self) -> None:
        self._impatience = None
        run = self._loop.create_task(self._run())
        self._runs.add(run)

    async def _run(self) -> None:
        """Ask until nobody waits any more; who comes now waits for the next statement."""
        try:
            while self._waiting:
                # Whoever was answered goes on first, and whoever calls meanwhile comes along.
                await asyncio.sleep(0)
                if together := self._next():
                    await self._answer(together)
        finally:
            self._runs.discard(cast("asyncio.Task[None]", asyncio.current_task()))
            if not self._runs:
                _QUESTIONS.pop((self._loop, self._sql, self._values), None)
                # There are some where the process ends in the midst of it.
                _cancel(self._waiting)

    def _next(self) -> "_Waiting":
        if self._impatience is not None:
            self._impatience.cancel()
            self._impatience = None
        together, self._waiting = self._waiting, {}
        for asker in list(together)[MOST_TOGETHER:]:
            self._waiting[asker] = together.pop(asker)
        return together

    async def _answer(self, together: "_Waiting") -> None:
        try:
            rows = await run_alone(self._sql, *zip(*together, strict=True), now(), *self._values)
        except asyncpg.PostgresError as error:
            await self._answer_apart(together, error)
        except Exception as error:  # noqa: BLE001 - it is raised where it is waited for
            _fail(together, error)
        except asyncio.CancelledError:
            _cancel(together)
            raise
        else:
            _tell(together, rows)

    async def _answer_apart(self, together: "_Waiting", error: Exception) -> None:
        """Ask for each alone: what is wrong with the rows of one is no concern of the others."""
        if len(together) == 1:
            _fail(together, error)
        else:
            await asyncio.gather(*(self._answer({asker: waiting}) for asker, waiting in together.items()))


_Waiting = dict[Asker, list["Future[Any]"]]
_QUESTIONS: dict[tuple[AbstractEventLoop, str, tuple[Hashable, ...]], _Question] = {}


def _tell(together: _Waiting, rows: Sequence[Any]) -> None:
    waiting = list(together.values())
    for row in rows:
        for future in waiting[row["asker_number"] - 1]:
            if not future.done():
                future.set_result(row)


def _fail(together: _Waiting, error: Exception) -> None:
    for future in chain.from_iterable(together.values()):
        if not future.done():
            future.set_exception(error)


def _cancel(together: _Waiting) -> None:
    for future in chain.from_iterable(together.values()):
        future.cancel()
