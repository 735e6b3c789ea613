"""Importing libraries without their optional imports and eager work, for a faster start; before our own imports."""

import inspect
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from typing import Any


@contextmanager
def without(*packages: str) -> Iterator[None]:
    """Make these packages look uninstalled while the block imports; packages that are imported already stay."""
    hidden = [name for name in packages if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # pyright: ignore[reportArgumentType] - Python then raises ImportError
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


@contextmanager
def without_sources() -> Iterator[None]:
    """Make sources unavailable while the block runs, as in a program that ships without them."""
    found = inspect.getsource
    inspect.getsource = _no_source
    try:
        yield
    finally:
        inspect.getsource = found


@contextmanager
def patterns_at_first_use() -> Iterator[None]:
    """Compile regular expressions at their first use, those that the block imports."""
    compile_now = re.compile
    re.compile = lambda pattern, flags=0: _Pattern(compile_now, pattern, flags)
    try:
        yield
    finally:
        re.compile = compile_now


class _Pattern:
    """A pattern that is compiled at its first use."""

    def __init__(self, compile_now: Any, pattern: Any, flags: int) -> None:
        self._compile = cache(partial(compile_now, pattern, flags))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._compile(), name)


def _no_source(_of: Any) -> str:
    raise OSError("could not get source code")
