"""Data loaders, and running many resolvers that await only loaders in one task."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator, Hashable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from engine.breadth_first.shared_task import shielded

Key = TypeVar("Key", bound=Hashable)
Found = TypeVar("Found")
Shown = TypeVar("Shown")
Result = TypeVar("Result")
Resolver = TypeVar("Resolver", bound=Callable[..., Any])
Read = Callable[[Sequence[Key]], Awaitable[Mapping[Key, Found]]]


class Loader(Generic[Key, Found]):
    """Reads the keys that are requested at the same time by one call, and each key once."""

    def __init__(self, read: Read[Key, Found]) -> None:
        self._read = read
        self._batches: dict[Key, Batch[Key, Found]] = {}
        self._open: Batch[Key, Found] | None = None

    def load(self, key: Key) -> Awaitable[Found | None]:
        """The value of a key; None if there is none."""
        return _Requested(self._batch_of(key), key)

    def load_shown(self, key: Key, show: Callable[[Found], Shown]) -> Awaitable[Shown | None]:
        """The value of a key as `show` presents it: called once, however many resolvers request it."""
        return _Requested(self._batch_of(key), key, show)

    def clear_all(self) -> None:
        """Drop every value; a key that is requested again is read again."""
        self._batches.clear()

    def _batch_of(self, key: Key) -> "Batch[Key, Found]":
        batch = self._batches.get(key)
        if batch is None:
            batch = self._batches[key] = self._open or self._opened()
            batch.keys.append(key)
        return batch

    def _opened(self) -> "Batch[Key, Found]":
        self._open = Batch(self._read)
        # Two turns of the event loop later: resolvers that begin in this one may take another to request a key.
        loop = asyncio.get_running_loop()
        loop.call_soon(loop.call_soon, self._begin, self._open)
        return self._open

    def _begin(self, batch: "Batch[Key, Found]") -> None:
        self._open = None
        batch.begin()


class Batch(Generic[Key, Found]):
    """Keys that are read by one call."""

    def __init__(self, read: Read[Key, Found]) -> None:
        self.keys: list[Key] = []
        self.found: asyncio.Future[Mapping[Key, Found]] = asyncio.get_running_loop().create_future()
        self._read = read
        self._shown: dict[tuple[Key, Callable[[Found], Any]], Any] = {}
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Read the keys; none is added from now on."""
        self._task = asyncio.ensure_future(self._run())

    def shown(self, key: Key, show: Callable[[Found], Any]) -> Any:
        """The value of a key as `show` presents it."""
        requested = key, show
        if requested not in self._shown:
            found = self.found.result().get(key)
            self._shown[requested] = None if found is None else show(found)
        return self._shown[requested]

    async def _run(self) -> None:
        try:
            self.found.set_result(await self._read(self.keys))
        except Exception as error:  # noqa: BLE001 - raised in every resolver that awaits it
            self.found.set_exception(error)
            # asyncio logs an exception that was never retrieved, and every resolver may be cancelled.
            self.found.exception()


class _Requested(Awaitable[Any]):
    """A key that was requested from a batch."""

    __slots__ = ("_batch", "_key", "_show")

    def __init__(self, batch: Batch[Any, Any], key: Any, show: Callable[[Any], Any] | None = None) -> None:
        self._batch = batch
        self._key = key
        self._show = show

    def __await__(self) -> Generator[Any, Any, Any]:
        found = self._batch.found
        if not found.done():
            if _BatchedRun.advancing:
                yield self._batch
            else:
                yield from shielded(found).__await__()
        if self._show is not None:
            return self._batch.shown(self._key, self._show)
        return found.result().get(self._key)


def awaits_loaders_only(resolver: Resolver) -> Resolver:
    """Marks a resolver that awaits only data loaders, so that many rows run in one task."""
    resolver.awaits_loaders_only = True  # pyright: ignore[reportFunctionMemberAccess]
    return resolver


def does_await_loaders_only(resolver: object) -> bool:
    """Whether a resolver is marked so."""
    return getattr(resolver, "awaits_loaders_only", False)


async def run_batched(work: Sequence[Coroutine[Any, Any, Result]]) -> list[Result]:
    """The results of coroutines that await only data loaders, all run in this task.

    Each is advanced to the batch that it awaits, the batches are read, and so on. A task for each coroutine costs
    more than most of them do. They may await nothing else: a timeout, for one, belongs to the task that began it.
    """
    running = _BatchedRun(work)
    try:
        while running.waiting:
            if batches := running.advance():
                await asyncio.wait(batches)
    finally:
        for each in running.waiting.values():
            each.close()
    return running.results


class _BatchedRun:
    """The coroutines that still wait, and the results of the others."""

    # Set while a coroutine is advanced here and not by a task of its own; no other code runs meanwhile.
    advancing = False

    def __init__(self, work: Sequence[Coroutine[Any, Any, Any]]) -> None:
        self.results: list[Any] = [None] * len(work)
        self.waiting = dict(enumerate(work))

    def advance(self) -> set["asyncio.Future[Any]"]:
        """Advance each coroutine as far as possible; returns the batches that they await."""
        batches: set[asyncio.Future[Any]] = set()
        _BatchedRun.advancing = True
        try:
            for place, each in list(self.waiting.items()):
                try:
                    batch = each.send(None)
                except StopIteration as ended:
                    self.results[place] = ended.value
                    del self.waiting[place]
                else:
                    batches.add(_future_of(batch))
        finally:
            _BatchedRun.advancing = False
        return batches


def _future_of(batch: Any) -> "asyncio.Future[Any]":
    if not isinstance(batch, Batch):
        raise TypeError("a resolver that is marked to await only loaders waits for something else")
    return batch.found
