"""Loaders, and running many resolvers that wait for them in one task."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator, Hashable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from engine.breadth_first.shared_task import wait_for_shared

Key = TypeVar("Key", bound=Hashable)
Found = TypeVar("Found")
Shown = TypeVar("Shown")
Result = TypeVar("Result")
Resolver = TypeVar("Resolver", bound=Callable[..., Any])
Read = Callable[[Sequence[Key]], Awaitable[Mapping[Key, Found]]]


class Loader(Generic[Key, Found]):
    """Reads together what is asked for at the same time, and each key once."""

    def __init__(self, read: Read[Key, Found]) -> None:
        self._read = read
        self._batches: dict[Key, Batch[Key, Found]] = {}
        self._open: Batch[Key, Found] | None = None

    def load(self, key: Key) -> Awaitable[Found | None]:
        """What is found for a key."""
        return _Wanted(self._batch_of(key), key)

    def load_shown(self, key: Key, show: Callable[[Found], Shown]) -> Awaitable[Shown | None]:
        """The same as it is shown: made once for all who ask for it."""
        return _Wanted(self._batch_of(key), key, show)

    def clear_all(self) -> None:
        """Forget what was found: it is read again when it is asked for again."""
        self._batches.clear()

    def _batch_of(self, key: Key) -> "Batch[Key, Found]":
        batch = self._batches.get(key)
        if batch is None:
            batch = self._batches[key] = self._open or self._opened()
            batch.keys.append(key)
        return batch

    def _opened(self) -> "Batch[Key, Found]":
        self._open = Batch(self._read)
        # Not at once, nor in the next turn: who begins in this one may still be on the way to ask.
        loop = asyncio.get_running_loop()
        loop.call_soon(loop.call_soon, self._begin, self._open)
        return self._open

    def _begin(self, batch: "Batch[Key, Found]") -> None:
        self._open = None
        batch.begin()


class Batch(Generic[Key, Found]):
    """Keys that are read together."""

    def __init__(self, read: Read[Key, Found]) -> None:
        self.keys: list[Key] = []
        self.found: asyncio.Future[Mapping[Key, Found]] = asyncio.get_running_loop().create_future()
        self._read = read
        self._shown: dict[tuple[Key, Callable[[Found], Any]], Any] = {}
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Read; no other keys come."""
        self._task = asyncio.ensure_future(self._run())

    def shown(self, key: Key, show: Callable[[Found], Any]) -> Any:
        """What was found for a key, as it is shown."""
        asked = key, show
        if asked not in self._shown:
            found = self.found.result().get(key)
            self._shown[asked] = None if found is None else show(found)
        return self._shown[asked]

    async def _run(self) -> None:
        try:
            self.found.set_result(await self._read(self.keys))
        except Exception as error:  # noqa: BLE001 - told to whoever waits
            self.found.set_exception(error)
            # asyncio logs a failure that nobody has looked at; all who waited may be gone.
            self.found.exception()


class _Wanted(Awaitable[Any]):
    """A key of a batch."""

    __slots__ = ("_batch", "_key", "_show")

    def __init__(self, batch: Batch[Any, Any], key: Any, show: Callable[[Any], Any] | None = None) -> None:
        self._batch = batch
        self._key = key
        self._show = show

    def __await__(self) -> Generator[Any, Any, Any]:
        found = self._batch.found
        if not found.done():
            if _Together.running:
                yield self._batch
            else:
                yield from wait_for_shared(found).__await__()
        if self._show is not None:
            return self._batch.shown(self._key, self._show)
        return found.result().get(self._key)


def by_loaders(resolver: Resolver) -> Resolver:
    """Say of a resolver that it waits for nothing but loaders, so that it may run by `together`."""
    resolver.waits_for_loaders = True  # pyright: ignore[reportFunctionMemberAccess]
    return resolver


def is_by_loaders(resolver: object) -> bool:
    """Whether that is said of a resolver."""
    return getattr(resolver, "waits_for_loaders", False)


async def together(work: Sequence[Coroutine[Any, Any, Result]]) -> list[Result]:
    """The results of coroutines that wait for nothing but loaders.

    All in this task: each goes as far as it gets, then what they wait for is read, and so on. A task for each costs
    more than most of them do. Anything else they cannot wait for, as that belongs to the task that began it.
    """
    running = _Together(work)
    try:
        while running.waiting:
            if batches := running.advance():
                await asyncio.wait(batches)
    finally:
        for each in running.waiting.values():
            each.close()
    return running.results


class _Together:
    """Coroutines, those of them that still wait, and the results of the others."""

    # While a coroutine is advanced here, and not by a task: exact, as nothing else runs meanwhile.
    running = False

    def __init__(self, work: Sequence[Coroutine[Any, Any, Any]]) -> None:
        self.results: list[Any] = [None] * len(work)
        self.waiting = dict(enumerate(work))

    def advance(self) -> set["asyncio.Future[Any]"]:
        """Take each as far as it gets; the batches they wait for."""
        batches: set[asyncio.Future[Any]] = set()
        _Together.running = True
        try:
            for place, each in list(self.waiting.items()):
                try:
                    batch = each.send(None)
                except StopIteration as ended:
                    self.results[place] = ended.value
                    del self.waiting[place]
                else:
                    batches.add(_found(batch))
        finally:
            _Together.running = False
        return batches


def _found(batch: Any) -> "asyncio.Future[Any]":
    if not isinstance(batch, Batch):
        raise TypeError("a resolver that is said to wait for loaders waits for something else")
    return batch.found
