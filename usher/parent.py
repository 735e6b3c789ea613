"""A worker does not outlive the process that started it."""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

log = structlog.get_logger(__name__)


@contextmanager
def ends_with_parent() -> Iterator[None]:
    """While the block runs, a parent that ends has this process end as SIGTERM would have it.

    A parent that is killed tells its workers nothing: without this they go on serving, and hold the port.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        yield
        return
    loop = asyncio.get_running_loop()

    def end() -> None:
        loop.remove_reader(parent.sentinel)
        log.error("worker.orphaned")
        os.kill(os.getpid(), signal.SIGTERM)

    # The parent holds the other end of this pipe, and the kernel closes it when the parent is gone.
    loop.add_reader(parent.sentinel, end)
    try:
        yield
    finally:
        loop.remove_reader(parent.sentinel)
