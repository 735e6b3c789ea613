"""An installation as an operator runs it: processes of the command `usher` on one database, which may be killed."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support import last_release
from tests.support.client import Client
from tests.support.held_payments import COMMAND as HELD
from tests.support.held_payments import hold_payments
from tests.support.processes import Forked, start_usher, usher
from tests.support.running import COMMAND, STARTS_WITHIN, STOPS_WITHIN, free_port, usher_environment
from tests.support.waiting import until_told

SERVES = re.compile("Application startup complete")
RELAYS = re.compile("Usher relays")
WORKER_STARTED = re.compile(r"Started server process \[(\d+)\]")
WORKER_ENDED = re.compile("Finished server process")
WORKER_DIED = re.compile(r"Child process \[(\d+)\] died")


@dataclass
class UsherProcess:
    """One process and its workers, if it has any.

    Their output goes to `log`, which cannot fill up as a pipe does.
    """

    process: asyncio.subprocess.Process | Forked
    log: Path
    port: int | None = None

    @property
    def printed(self) -> str:
        """Everything it has printed so far."""
        return self.log.read_text(errors="replace")

    @property
    def url(self) -> str:
        """The URL that it serves."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def workers(self) -> list[int]:
        """The ids of the processes that serve: its own, or those of its workers."""
        died = WORKER_DIED.findall(self.printed)
        return [int(id) for id in WORKER_STARTED.findall(self.printed) if id not in died]

    @contextmanager
    def alone(self, worker: int) -> Iterator[None]:
        """Have one of the workers take every new connection while the block runs, which must be short."""
        others = [id for id in self.workers if id != worker]
        for id in others:
            os.kill(id, signal.SIGSTOP)
        try:
            yield
        finally:
            for id in others:
                os.kill(id, signal.SIGCONT)

    async def listens(self) -> bool:
        """Whether it can be connected to."""
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except (ConnectionRefusedError, ConnectionResetError):
            # The second is for who waited to be accepted when it stopped.
            return False
        writer.close()
        return True

    async def refuses(self) -> bool:
        """Whether nobody listens where it did."""
        return not await self.listens()

    async def ready(self, pattern: re.Pattern[str], times: int = 1) -> Self:
        """Wait until it has printed a pattern so many times; fails when it ends before."""
        async with asyncio.timeout(STARTS_WITHIN):
            while len(pattern.findall(self.printed)) < times:
                assert self.process.returncode is None, f"it ended before it was ready:\n{self.printed}"
                await asyncio.sleep(0.02)
        return self

    async def kill(self) -> None:
        """End it and its workers at once, with SIGKILL, and wait until it is gone."""
        if self.process.returncode is None:
            self.process.kill()
        # They are of its group, and may have outlived it.
        if len(self.workers) > 1:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        await self.process.wait()

    def terminate(self) -> None:
        """Tell it to end with SIGTERM."""
        self.process.send_signal(signal.SIGTERM)

    async def stop(self) -> None:
        """Tell it to end with SIGTERM, and wait until it has. Fails when it takes too long."""
        if self.process.returncode is None:
            self.terminate()
        try:
            await asyncio.wait_for(self.process.wait(), STOPS_WITHIN)
        except TimeoutError:
            await self.kill()
            raise AssertionError(f"it did not end:\n{self.printed}") from None


@dataclass
class Installation:
    """Starts processes that share a database, a mail server and a secret key; to be used with `async with`.

    At its end it kills what still runs. `packages` is the folder of another version, where it is not to be this one.
    """

    folder: Path
    settings: dict[str, str]
    packages: Path | None = None
    processes: list[UsherProcess] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for process in self.processes:
            await process.kill()

    async def serve(
        self,
        *options: str,
        port: int | None = None,
        workers: int = 1,
        held: bool = False,
        settings: Mapping[str, str] | None = None,
    ) -> UsherProcess:
        """Start `usher serve` and wait until its workers answer.

        `held` has it hold payments; `settings` are its own, beside those of all.
        """
        arguments = ["serve", *options, *(["--workers", str(workers)] if workers > 1 else [])]
        own = {"PORT": str(port or free_port())} | dict(settings or {})
        server = await self._start(arguments, own, held=held)
        await server.ready(SERVES, workers)
        # It says so just before it listens.
        await until_told(server.listens)
        return server

    async def relay(self) -> UsherProcess:
        """Start `usher relay`."""
        return await (await self._start(["relay"], {})).ready(RELAYS)

    async def verify(self) -> None:
        """Fail unless `usher verify` finds nothing wrong."""
        done = await usher("verify", folder=self.folder, **self.settings)
        assert done.code == 0, done.out + done.err

    async def run(self, *arguments: str) -> tuple[int, str]:
        """Run a command to its end; returns its exit code and what it printed."""
        process = await self._start(list(arguments), {})
        async with asyncio.timeout(STARTS_WITHIN):
            code = await process.process.wait()
        return code, process.printed

    @asynccontextmanager
    async def client(self, server: UsherProcess, token: str | None = None) -> AsyncIterator[Client]:
        """A client of one of the servers."""
        async with Client(server.url, token) as client:
            yield client

    async def _start(self, arguments: list[str], settings: dict[str, str], *, held: bool = False) -> UsherProcess:
        log = self.folder / f"{next(self._numbers)}-{arguments[0]}.log"
        log.touch()
        env = usher_environment(**(self.settings | settings))
        if "--workers" in arguments or self.packages:
            process = await self._start_alone([*self._command(held=held), *arguments], env, log)
        else:
            prepare = hold_payments if held else None
            process = start_usher(*arguments, folder=self.folder, env=env, log=log, prepare=prepare)
        port = settings.get("PORT")
        self.processes.append(UsherProcess(process, log, int(port) if port else None))
        return self.processes[-1]

    def _command(self, *, held: bool) -> Sequence[str]:
        if self.packages:
            return last_release.command(self.packages)
        return HELD if held else COMMAND

    async def _start_alone(self, command: list[str], env: dict[str, str], log: Path) -> asyncio.subprocess.Process:
        """Start a command that leads a group of its own, to which its workers belong."""
        with log.open("wb") as out:
            return await asyncio.create_subprocess_exec(
                *command,
                cwd=self.folder,
                env=env | {"PYTHONPATH": os.pathsep.join(map(str, filter(None, [self.packages, *sys.path])))},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
            )
