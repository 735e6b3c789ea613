"""Processes that have the command imported already: as real as any other, and a second and a half faster."""

import asyncio
import multiprocessing
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.support.running import usher_environment

ENDS_WITHIN = 60.0

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["usher.cli", __name__])


@dataclass(frozen=True)
class Finished:
    """What a process left: its exit code, and what it printed."""

    code: int
    out: str
    err: str


async def call(function: Callable[..., object], *arguments: Any, folder: Path, env: dict[str, str]) -> Finished:
    """Call a function in a process of its own, in this folder and with this environment."""
    with TemporaryDirectory() as printed:
        out, err = Path(printed) / "out", Path(printed) / "err"
        process = _forks.Process(target=_child, args=(function, arguments, str(folder), env, (str(out), str(err))))
        process.start()
        await asyncio.to_thread(process.join, ENDS_WITHIN)
        if process.exitcode is None:
            process.kill()
            raise TimeoutError(f"it did not end:\n{out.read_text()}\n{err.read_text()}")
        return Finished(process.exitcode, out.read_text(), err.read_text())


async def usher(*arguments: str, folder: Path, **settings: str) -> Finished:
    """Run the command to its end, with these settings and no others, e.g. PORT="8000"."""
    return await call(_usher, arguments, folder=folder, env=usher_environment(**settings))


def _usher(arguments: tuple[str, ...]) -> None:
    from usher.cli import main  # noqa: PLC0415 - only where the command runs

    sys.argv = ["usher", *arguments]
    main()


def _child(
    function: Callable[..., object],
    arguments: tuple[Any, ...],
    folder: str,
    env: dict[str, str],
    printed: tuple[str, str],
) -> None:
    for stream, path in enumerate((os.devnull, *printed)):
        flags = os.O_RDONLY if stream == 0 else os.O_WRONLY | os.O_CREAT
        os.dup2(os.open(path, flags, 0o600), stream)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    function(*arguments)
