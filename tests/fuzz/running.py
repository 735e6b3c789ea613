"""Running examples against the server that runs in this very loop, and watching that it never stumbles."""

import asyncio
import logging
import os
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy
from structlog.testing import capture_logs

Example = TypeVar("Example")

# How many examples each test takes, instead of the few of its own that are always the same.
MANY = int(os.environ.get("USHER_FUZZ_EXAMPLES", "0"))
ANSWERS_WITHIN = 60.0


async def every(strategy: SearchStrategy[Example], few: int, examine: Callable[[Example], Awaitable[None]]) -> None:
    """Examine examples of a strategy, one after the other.

    Hypothesis draws in a thread of its own, for it knows no coroutines; the examining happens in this loop.
    """
    loop = asyncio.get_running_loop()

    async def examine_one(example: Example) -> None:
        async with no_complaints(), asyncio.timeout(ANSWERS_WITHIN):
            await examine(example)

    @settings(
        max_examples=MANY or few,
        derandomize=not MANY,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    @given(strategy)
    def run(example: Example) -> None:
        asyncio.run_coroutine_threadsafe(examine_one(example), loop).result()

    await asyncio.to_thread(run)


def watched() -> list[pytest.MarkDecorator]:
    """The marks of each file here."""
    return [
        pytest.mark.usefixtures("nothing_breaks"),
    ]


class Complaints(logging.Handler):
    """The errors that libraries log: e.g. an exception that nobody caught."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it."""
        trace = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info else ""
        self.texts.append(f"{record.name}: {record.getMessage()}\n{trace}")


@asynccontextmanager
async def no_complaints() -> AsyncIterator[None]:
    """Fail when the server logs an error or a warning in the block; what was masked is shown."""
    complaints = Complaints()
    logging.getLogger().addHandler(complaints)
    try:
        with capture_logs() as entries:
            try:
                yield
            finally:
                complaints.texts += [_told(entry) for entry in entries if entry["log_level"] != "info"]
    except BaseException as error:
        error.add_note("\n".join(complaints.texts))
        raise
    finally:
        logging.getLogger().removeHandler(complaints)
    assert not complaints.texts, "\n".join(complaints.texts)


def _told(entry: dict[str, object]) -> str:
    error = entry.get("exc_info")
    trace = "".join(traceback.format_exception(error)) if isinstance(error, BaseException) else ""
    return f"{entry}\n{trace}"
