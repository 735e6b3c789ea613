"""Processes that have the command imported already: as real as any other, and a second and a half faster."""

import asyncio
import multiprocessing
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.support.running import usher_environment
from usher.commands.group import COMMANDS

ENDS_WITHIN = 60.0

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload([*(f"usher.commands.{name.replace('-', '_')}" for name in COMMANDS), __name__])


@dataclass(frozen=True)
class Finished:
    """A process that has ended: its exit code and its output."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Forked:
    """A process that runs, with the ways of asyncio's own."""

    process: BaseProcess

    @property
    def pid(self) -> int:
        """Its id."""
        assert self.process.pid is not None
        return self.process.pid

    @property
    def returncode(self) -> int | None:
        """Its exit code, or the negative number of the signal that ended it; None while it runs."""
        return self.process.exitcode

    async def wait(self) -> int:
        """Wait until it has ended; returns its exit code."""
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        if self.process.exitcode is None:
            loop.add_reader(self.process.sentinel, ended.set)
            try:
                await ended.wait()
            finally:
                loop.remove_reader(self.process.sentinel)
        self.process.join()
        assert self.process.exitcode is not None
        return self.process.exitcode

    def send_signal(self, number: int) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()


def start_usher(
    *arguments: str, folder: Path, env: dict[str, str], log: Path, prepare: Callable[[], None] | None = None
) -> Forked:
    """Start the command in this folder and with this environment; what it prints goes to the log.

    `prepare` is called in the new process first.
    """
    return _start(_usher, arguments, prepare, folder=folder, env=env, printed=(log, log))


async def call(function: Callable[..., object], *arguments: Any, folder: Path, env: dict[str, str]) -> Finished:
    """Call a function in a process of its own, in this folder and with this environment."""
    with TemporaryDirectory() as printed:
        out, err = Path(printed) / "out", Path(printed) / "err"
        process = _start(function, *arguments, folder=folder, env=env, printed=(out, err))
        try:
            code = await asyncio.wait_for(process.wait(), ENDS_WITHIN)
        except TimeoutError:
            process.kill()
            raise TimeoutError(f"it did not end:\n{out.read_text()}\n{err.read_text()}") from None
        return Finished(code, out.read_text(), err.read_text())


async def usher(*arguments: str, folder: Path, **settings: str) -> Finished:
    """Run the command to its end, with these settings and no others, e.g. PORT="8000"."""
    return await call(_usher, arguments, folder=folder, env=usher_environment(**settings))


def _usher(arguments: tuple[str, ...], prepare: Callable[[], None] | None = None) -> None:
    from usher.main import main  # noqa: PLC0415 - only where the command runs

    if prepare is not None:
        prepare()
    sys.argv = ["usher", *arguments]
    main()


def _start(
    function: Callable[..., object],
    *arguments: Any,
    folder: Path,
    env: dict[str, str],
    printed: tuple[Path, Path],
) -> Forked:
    out, err = printed
    process = _forks.Process(target=_child, args=(function, arguments, str(folder), env, (str(out), str(err))))
    process.start()
    return Forked(process)


def _child(
    function: Callable[..., object],
    arguments: tuple[Any, ...],
    folder: str,
    env: dict[str, str],
    printed: tuple[str, str],
) -> None:
    for stream, path in enumerate((os.devnull, *printed)):
        flags = os.O_RDONLY if stream == 0 else os.O_WRONLY | os.O_CREAT | os.O_APPEND
        os.dup2(os.open(path, flags, 0o600), stream)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    function(*arguments)
