"""Libraries imported without what they would look for and nothing here needs; before anything else of ours."""

import inspect
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
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


@contextmanager
def patterns_at_first_use() -> Iterator[None]:
    """While the block imports, have regular expressions be compiled when they are first used."""
    compile_now = re.compile
    re.compile = lambda pattern, flags=0: _Pattern(compile_now, pattern, flags)
    try:
        yield
    finally:
        re.compile = compile_now


class _Pattern:
    """A pattern that is compiled when something is wanted of it."""

    def __init__(self, compile_now: Any, pattern: Any, flags: int) -> None:
        self._compile = cache(partial(compile_now, pattern, flags))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._compile(), name)


def _no_source(_of: Any) -> str:
    raise OSError("could not get source code")
