"""An installation as an operator runs it: processes of the command `usher` on one database, which may be killed."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.client import Client
from tests.support.running import COMMAND, STARTS_WITHIN, STOPS_WITHIN, free_port, usher_environment

SERVES = re.compile("Application startup complete")
# One process says so before it listens; several share a socket that is there before them.
LISTENS = re.compile("Uvicorn running on")
RELAYS = re.compile("Usher relays")


@dataclass
class UsherProcess:
    """One process, a leader of its own group. What it prints goes to `log`, which cannot fill up as a pipe does."""

    process: asyncio.subprocess.Process
    log: Path
    url: str = ""

    @property
    def printed(self) -> str:
        """Everything it has printed so far."""
        return self.log.read_text(errors="replace")

    async def ready(self, pattern: re.Pattern[str], times: int = 1) -> Self:
        """Wait until it has printed a pattern so many times; fails when it ends before."""
        async with asyncio.timeout(STARTS_WITHIN):
            while len(pattern.findall(self.printed)) < times:
                assert self.process.returncode is None, f"it ended before it was ready:\n{self.printed}"
                await asyncio.sleep(0.02)
        return self

    async def kill(self) -> None:
        """End it and everything it started at once, with SIGKILL, and wait until it is gone."""
        if self.process.returncode is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        await self.process.wait()

    async def stop(self) -> None:
        """Tell it to end with SIGTERM, and wait until it has. Fails when it takes too long."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self.process.wait(), STOPS_WITHIN)
        except TimeoutError:
            await self.kill()
            raise AssertionError(f"it did not end:\n{self.printed}") from None


@dataclass
class Installation:
    """Starts processes that share a database, a mail server and a secret key; to be used with `async with`.

    At its end it kills what still runs.
    """

    folder: Path
    settings: dict[str, str]
    processes: list[UsherProcess] = field(default_factory=list)
    # Several may be started at once, and each has a log of its own.
    _numbers: Iterator[int] = field(default_factory=count)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for process in self.processes:
            await process.kill()

    async def serve(
        self, *options: str, port: int | None = None, workers: int = 1, command: tuple[str, ...] = ()
    ) -> UsherProcess:
        """Start `usher serve` and wait until its workers answer. `command`, where given, stands for `usher`."""
        port = port or free_port()
        arguments = ["serve", *options, *(["--workers", str(workers)] if workers > 1 else [])]
        server = await self._start(arguments, port=port, command=command)
        server.url = f"http://127.0.0.1:{port}"
        await server.ready(LISTENS)
        return await server.ready(SERVES, workers)

    async def relay(self) -> UsherProcess:
        """Start `usher relay`."""
        return await (await self._start(["relay"])).ready(RELAYS)

    async def run(self, *arguments: str) -> tuple[int, str]:
        """Run a command to its end; returns its exit code and what it printed."""
        process = await self._start(list(arguments))
        async with asyncio.timeout(STARTS_WITHIN):
            code = await process.process.wait()
        return code, process.printed

    @asynccontextmanager
    async def client(self, server: UsherProcess, token: str | None = None) -> AsyncIterator[Client]:
        """A client of one of the servers."""
        async with Client(server.url, token) as client:
            yield client

    async def _start(
        self, arguments: list[str], *, port: int | None = None, command: tuple[str, ...] = ()
    ) -> UsherProcess:
        log = self.folder / f"{next(self._numbers)}-{arguments[0]}.log"
        settings = self.settings | ({"PORT": str(port)} if port else {})
        with log.open("wb") as out:
            process = await asyncio.create_subprocess_exec(
                *(command or COMMAND),
                *arguments,
                cwd=self.folder,
                env=usher_environment(**settings) | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
            )
        started = UsherProcess(process, log)
        self.processes.append(started)
        return started
