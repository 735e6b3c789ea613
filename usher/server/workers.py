"""The processes of `usher serve --workers`: one that listens nowhere, and the workers that it started."""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from uvicorn.supervisors import Multiprocess

log = structlog.get_logger(__name__)


class Workers(Multiprocess):
    """uvicorn's parent of several workers, which lets go of the port before it tells them to end.

    While it held on, new clients would be connected to a socket that nobody reads any more, and wait.
    """

    def terminate_all(self) -> None:
        """Tell every worker to end."""
        for listening in self.sockets:
            listening.close()
        super().terminate_all()


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
