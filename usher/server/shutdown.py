"""Being told to end."""

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def set_on_shutdown_signal(event: asyncio.Event) -> Iterator[None]:
    """While the block runs, set an event when the process is told to end; whoever was told before still is.

    uvicorn tells nobody, and waits for answers that go on for as long as somebody reads them.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    previous_handlers = {number: signal.getsignal(number) for number in SIGNALS}

    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(event.set)
        previous = previous_handlers[signal.Signals(number)]
        if callable(previous):
            previous(number, frame)

    for number in SIGNALS:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number, previous in previous_handlers.items():
            signal.signal(number, previous)
