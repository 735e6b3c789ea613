"""Runs the scripts of e2e/clients with Node, each of which prints its results as JSON."""

import asyncio
import json
from pathlib import Path
from typing import Any

from scripts.node import NODE

FOLDER = Path(__file__).parent / "clients"
ENDS_WITHIN = 60.0


async def run_script(name: str, *arguments: str, folder: Path = FOLDER) -> Any:
    """The output of a script; fails the test if it fails, or prints anything on standard error."""
    process = await asyncio.create_subprocess_exec(
        NODE,
        name,
        *arguments,
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(ENDS_WITHIN):
            printed, problems = await process.communicate()
    except TimeoutError:
        process.kill()
        raise
    assert (process.returncode, problems.decode()) == (0, ""), problems.decode()
    return json.loads(printed)
