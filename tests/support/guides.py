"""The programs in docs/, by the names that stand beside their languages: ```python poll.py."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.node import NODE
from tests.support.running import usher_environment

DOCS = Path(__file__).parent.parent.parent / "docs"
BLOCK = re.compile(r"^```(\w+) (\S+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
RUNNERS = {
    ".py": [sys.executable],
    ".mjs": [str(NODE)],
    ".sh": ["bash", "-eu"],
}
# A Node that was installed beside the programs runs them in place of the tests' own.
OWN_NODE = Path("node_modules", ".bin", "node")
ANSWERS_WITHIN = 30.0


def programs(page: str) -> dict[str, str]:
    """The programs of a page by name."""
    return {name: text for _, name, text in BLOCK.findall((DOCS / page).read_text())}


@dataclass
class Program:
    """A program of a guide that runs."""

    process: asyncio.subprocess.Process

    async def line(self) -> str:
        """The next line that it prints."""
        assert self.process.stdout is not None
        async with asyncio.timeout(ANSWERS_WITHIN):
            printed = await self.process.stdout.readline()
        if not printed:
            raise AssertionError(f"it ended: {await self.problems()}")
        return printed.decode().rstrip("\n")

    async def problems(self) -> str:
        """The program's standard error, once it has ended."""
        assert self.process.stderr is not None
        return (await self.process.stderr.read()).decode()


@dataclass(frozen=True)
class Ran:
    """The exit code and output of a program."""

    code: int
    out: str
    err: str


@asynccontextmanager
async def running(page: str, name: str, folder: Path, *arguments: str, **environment: str) -> AsyncIterator[Program]:
    """Run a program that goes on for ever, while the block runs."""
    process = await _start(page, name, folder, *arguments, **environment)
    try:
        yield Program(process)
    finally:
        process.kill()
        await process.communicate()


async def run(page: str, name: str, folder: Path, *arguments: str, **environment: str) -> Ran:
    """Run a program to its end."""
    process = await _start(page, name, folder, *arguments, **environment)
    async with asyncio.timeout(ANSWERS_WITHIN):
        out, err = await process.communicate()
    return Ran(process.returncode or 0, out.decode(), err.decode())


async def _start(
    page: str, name: str, folder: Path, *arguments: str, **environment: str
) -> asyncio.subprocess.Process:
    path = folder / name
    path.write_text(programs(page)[name])
    own = path.suffix == ".mjs" and (folder / OWN_NODE).exists()
    return await asyncio.create_subprocess_exec(
        *([folder / OWN_NODE] if own else RUNNERS[path.suffix]),
        path,
        *arguments,
        env=usher_environment() | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
