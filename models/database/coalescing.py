"""Coalesced statements: concurrent calls of one statement run it once, with a row of parameters for each call.

A call during a run waits for the next run, which answers all calls that came meanwhile. So a process under load sends
fewer statements than it has calls, a single call waits for nothing, and no call is answered from a snapshot that is
older than itself.
"""

import asyncio
from asyncio import AbstractEventLoop, Future
from collections.abc import Hashable, Iterable, Sequence
from itertools import chain, islice
from typing import Any, cast

import asyncpg

from models.database.clock import now
from models.database.connection import run_alone

# Seconds that a call waits for the current run before another run starts beside it.
PATIENCE = 0.01
# All calls of a run wait for the slowest.
MOST_TOGETHER = 32
MOST_RUNS = 4

CallerRow = tuple[Any, ...]


def fetch_together(
    sql: str, caller: CallerRow, values: tuple[Hashable, ...] = (), *, immediate: bool = False
) -> "Future[Any]":
    """The driver's row that answers one caller of a coalesced statement.

    The statement's first parameters are the callers, an array for each of their columns; it answers each by one row
    with its `caller_number`, from 1. The next parameter is the time, then come the `values`. `immediate` sends at
    once (writes). Otherwise the event loop runs once first, so that more callers join the batch.
    """
    key = (asyncio.get_running_loop(), sql, values)
    query = _QUERIES.get(key)
    if query is None:
        query = _QUERIES[key] = CoalescedQuery(*key, immediate=immediate)
    return query.fetch(caller)


def values_of(callers: Iterable[CallerRow], values: Iterable[Any] = ()) -> list[Any]:
    """The parameters of a coalesced statement, with the current time."""
    return [*zip(*callers, strict=True), now(), *values]


class CoalescedQuery:
    """A statement with its values, and the callers that wait for it."""

    def __init__(self, loop: AbstractEventLoop, sql: str, values: tuple[Hashable, ...], *, immediate: bool) -> None:
        self._loop = loop
        self._sql = sql
        self._values = values
        self._immediate = immediate
        self._waiting: _Waiting = {}
        self._runs: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None

    def fetch(self, caller: CallerRow) -> "Future[Any]":
        """The row that answers a caller."""
        future = self._loop.create_future()
        self._waiting.setdefault(caller, []).append(future)
        if not self._runs:
            self._start()
        else:
            self._start_another_run()
        return future

    def _start_another_run(self) -> None:
        """Start a run beside the others after PATIENCE, for the callers that wait then."""
        if self._timer is None and len(self._runs) < MOST_RUNS:
            self._timer = self._loop.call_later(PATIENCE, self._start)

    def _start(self) -> None:
        self._timer = None
        run = self._loop.create_task(self._run())
        self._runs.add(run)

    async def _run(self) -> None:
        """Run the statement until no caller waits; a call during a statement waits for the next."""
        try:
            while self._waiting:
                if not self._immediate:
                    await asyncio.sleep(0)
                if together := self._next():
                    await self._answer(together)
        finally:
            self._runs.discard(cast("asyncio.Task[None]", asyncio.current_task()))
            if not self._runs:
                _QUERIES.pop((self._loop, self._sql, self._values), None)
                # Some are left where the loop ends during a statement.
                _cancel(self._waiting)

    def _next(self) -> "_Waiting":
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        # Callers that were cancelled.
        for caller in [caller for caller, futures in self._waiting.items() if all(map(Future.done, futures))]:
            del self._waiting[caller]
        together, self._waiting = self._waiting, {}
        for caller in [*islice(together, MOST_TOGETHER, None)]:
            self._waiting[caller] = together.pop(caller)
        if self._waiting:
            self._start_another_run()
        return together

    async def _answer(self, together: "_Waiting") -> None:
        try:
            rows = await run_alone(self._sql, *values_of(together, self._values))
        except Exception as error:  # noqa: BLE001 - each caller raises it
            if len(together) == 1 or not _is_of_one(error):
                _fail(together, error)
                return
            for caller, waiting in together.items():
                await self._answer({caller: waiting})
        except asyncio.CancelledError:
            _cancel(together)
            raise
        else:
            _resolve(together, rows)


_Waiting = dict[CallerRow, list["Future[Any]"]]
_QUERIES: dict[tuple[AbstractEventLoop, str, tuple[Hashable, ...]], CoalescedQuery] = {}


def _resolve(together: _Waiting, rows: Sequence[Any]) -> None:
    waiting = list(together.values())
    for row in rows:
        for future in waiting[row["caller_number"] - 1]:
            if not future.done():
                future.set_result(row)
    # A correct statement leaves none.
    _fail(together, LookupError("a statement did not answer all who asked"))


# Timeouts, lacking resources, and lost connections, after which it is unknown whether the statement committed.
_OF_ALL = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.LockNotAvailableError,
)


def _is_of_one(error: Exception) -> bool:
    """Whether the error may come from one caller's parameters: PostgreSQL did nothing, and each is tried alone."""
    return isinstance(error, asyncpg.PostgresError) and not isinstance(error, _OF_ALL)


def _fail(together: _Waiting, error: Exception) -> None:
    for future in chain.from_iterable(together.values()):
        if not future.done():
            future.set_exception(error)


def _cancel(together: _Waiting) -> None:
    for future in chain.from_iterable(together.values()):
        future.cancel()
