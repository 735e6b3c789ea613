"""Being told to end."""

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def told_to_end(event: asyncio.Event) -> Iterator[None]:
    """While the block runs, set an event when the process is told to end; whoever was told before still is.

    uvicorn tells nobody, and waits for answers that go on for as long as somebody reads them.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    others = {number: signal.getsignal(number) for number in SIGNALS}

    def tell(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(event.set)
        other = others[signal.Signals(number)]
        if callable(other):
            other(number, frame)

    for number in SIGNALS:
        signal.signal(number, tell)
    try:
        yield
    finally:
        for number, other in others.items():
            signal.signal(number, other)
