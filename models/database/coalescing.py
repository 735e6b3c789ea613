"""One statement for all who ask the same at the same time.

A call that comes while the same is being asked for others waits until that is answered, and is asked together with
those who came meanwhile. So a process under load asks less often than it is called, and a call alone waits for
nothing. Nobody is answered with what was read before they asked.
"""

import asyncio
from asyncio import AbstractEventLoop, Future
from collections.abc import Hashable, Iterable, Sequence
from itertools import chain, islice
from typing import Any, cast

import asyncpg

from models.database.clock import now
from models.database.connection import run_alone

# Seconds that anybody waits for the answers of others before they are asked for beside them.
PATIENCE = 0.01
# Who is asked for together waits for all.
MOST_TOGETHER = 32
MOST_BESIDE = 4


Asker = tuple[Any, ...]


def fetch_together(
    sql: str, asker: Asker, values: tuple[Hashable, ...] = (), *, at_once: bool = False
) -> "Future[Any]":
    """The row of one who asks, as the driver has it, once it is there.

    The statement's first values are the askers: an array for each of their columns, and each of them is answered by
    one row, with its `asker_number`, from 1. Then comes the moment, and then the `values`. What takes long is asked
    `at_once`; for what does not, those go on first who have been answered, and whoever calls meanwhile comes along.
    """
    key = (asyncio.get_running_loop(), sql, values)
    question = _QUESTIONS.get(key)
    if question is None:
        question = _QUESTIONS[key] = _Question(*key, at_once=at_once)
    return question.ask(asker)


def values_of(askers: Iterable[Asker], values: Iterable[Any] = ()) -> list[Any]:
    """The values of such a statement, now."""
    return [*zip(*askers, strict=True), now(), *values]


class _Question:
    """A statement and its values, and those who wait for it."""

    def __init__(self, loop: AbstractEventLoop, sql: str, values: tuple[Hashable, ...], *, at_once: bool) -> None:
        self._loop = loop
        self._sql = sql
        self._values = values
        self._at_once = at_once
        self._waiting: _Waiting = {}
        self._runs: set[asyncio.Task[None]] = set()
        self._impatience: asyncio.TimerHandle | None = None

    def ask(self, asker: Asker) -> "Future[Any]":
        """The row of one who asks, once it is there."""
        future = self._loop.create_future()
        self._waiting.setdefault(asker, []).append(future)
        if not self._runs:
            self._start()
        else:
            self._lose_patience()
        return future

    def _lose_patience(self) -> None:
        """Ask beside the others in a moment, for those who wait then."""
        if self._impatience is None and len(self._runs) < MOST_BESIDE:
            self._impatience = self._loop.call_later(PATIENCE, self._start)

    def _start(self) -> None:
        self._impatience = None
        run = self._loop.create_task(self._run())
        self._runs.add(run)

    async def _run(self) -> None:
        """Ask until nobody waits any more; who comes now waits for the next statement."""
        try:
            while self._waiting:
                if not self._at_once:
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
        # Whoever has gone away is asked for no more.
        for asker in [asker for asker, futures in self._waiting.items() if all(map(Future.done, futures))]:
            del self._waiting[asker]
        together, self._waiting = self._waiting, {}
        for asker in [*islice(together, MOST_TOGETHER, None)]:
            self._waiting[asker] = together.pop(asker)
        if self._waiting:
            self._lose_patience()
        return together

    async def _answer(self, together: "_Waiting") -> None:
        try:
            rows = await run_alone(self._sql, *values_of(together, self._values))
        except Exception as error:  # noqa: BLE001 - it is raised where it is waited for
            if len(together) == 1 or not _is_of_one(error):
                _fail(together, error)
                return
            for asker, waiting in together.items():
                await self._answer({asker: waiting})
        except asyncio.CancelledError:
            _cancel(together)
            raise
        else:
            _tell(together, rows)


_Waiting = dict[Asker, list["Future[Any]"]]
_QUESTIONS: dict[tuple[AbstractEventLoop, str, tuple[Hashable, ...]], _Question] = {}


def _tell(together: _Waiting, rows: Sequence[Any]) -> None:
    waiting = list(together.values())
    for row in rows:
        for future in waiting[row["asker_number"] - 1]:
            if not future.done():
                future.set_result(row)
    # Of a statement that keeps to its word, none are left.
    _fail(together, LookupError("a statement did not answer all who asked"))


# What takes too long, what there is too little of, and a lost connection, where nobody knows what was done.
_OF_ALL = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.LockNotAvailableError,
)


def _is_of_one(error: Exception) -> bool:
    """Whether PostgreSQL has refused what may be one's alone, and has done nothing; then each is asked for alone."""
    return isinstance(error, asyncpg.PostgresError) and not isinstance(error, _OF_ALL)


def _fail(together: _Waiting, error: Exception) -> None:
    for future in chain.from_iterable(together.values()):
        if not future.done():
            future.set_exception(error)


def _cancel(together: _Waiting) -> None:
    for future in chain.from_iterable(together.values()):
        future.cancel()
