"""Running the command `usher` as a process of its own, the way an operator does."""

import asyncio
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2

STARTS_WITHIN = 60.0
STOPS_WITHIN = 20.0
# PostgreSQL takes a hundred connections, of all processes of all tests that run at the same time.
POOL = "8"
COMMAND = [sys.executable, "-c", "from usher.main import main; main()"]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def usher_environment(**settings: str) -> dict[str, str]:
    """The environment without any of this machine's own settings, and with these, e.g. PORT="8000"."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("USHER_")}
    return clean | {"USHER_DATABASE_POOL": POOL} | {f"USHER_{name}": value for name, value in settings.items()}


async def run_usher(*arguments: str, folder: Path, **settings: str) -> tuple[int, str]:
    """Run one command to its end; returns its exit code and everything it printed."""
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        *arguments,
        cwd=folder,
        env=usher_environment(**settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await asyncio.wait_for(process.communicate(), STARTS_WITHIN)
    return process.returncode or 0, printed.decode()


@asynccontextmanager
async def running_usher(*arguments: str, ready: str, folder: Path, **settings: str) -> AsyncIterator[str]:
    """Keep a command running; yields what it printed until the line that matches `ready`.

    At the end it is told to stop, and fails the test unless it does so by itself.
    """
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        *arguments,
        cwd=folder,
        env=usher_environment(**settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield await asyncio.wait_for(_read_until(process, ready), STARTS_WITHIN)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.communicate(), STOPS_WITHIN)
        except TimeoutError:
            process.kill()
            raise


async def until_it_answers(client: httpx2.AsyncClient) -> object:
    """The answer to a query, once the server listens."""
    async with asyncio.timeout(STARTS_WITHIN):
        while True:
            try:
                answer = await client.post("/graphql", json={"query": "{ packages { code } }"})
            except httpx2.ConnectError:
                await asyncio.sleep(0.02)
            else:
                return answer.json()


async def _read_until(process: asyncio.subprocess.Process, ready: str) -> str:
    printed = ""
    assert process.stdout is not None
    while line := (await process.stdout.readline()).decode():
        printed += line
        if re.search(ready, line):
            return printed
    raise AssertionError(f"it ended before it was ready:\n{printed}")
