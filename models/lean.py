"""Libraries imported without what they would look for and nothing here needs; before anything else of ours."""

import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def without(*packages: str) -> Iterator[None]:
    """While the block imports, have these packages be not installed; ones that are imported already stay."""
    hidden = [name for name in packages if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # pyright: ignore[reportArgumentType] - this is how Python is told
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


@contextmanager
def without_sources() -> Iterator[None]:
    """While the block runs, have no source be found, as where a program comes without them."""
    found = inspect.getsource
    inspect.getsource = _no_source
    try:
        yield
    finally:
        inspect.getsource = found


def _no_source(_of: Any) -> str:
    raise OSError("could not get source code")
