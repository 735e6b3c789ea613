"""Drawing from hypothesis with few words, and quickly."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeVar

from hypothesis import strategies as st

Value = TypeVar("Value")


@cache
def _up_to(most: int) -> st.SearchStrategy[int]:
    return st.integers(0, most)


class Drawing:
    """The choices of one example."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self.of = draw

    def number(self, least: int, most: int) -> int:
        """A whole number from `least` to `most`."""
        return least + self.of(_up_to(most - least))

    def pick(self, values: Sequence[Value]) -> Value:
        """One of some values; simpler ones come first."""
        return values[self.number(0, len(values) - 1)]

    def chance(self, percent: int) -> bool:
        """True so often; shrinks to False."""
        return self.number(1, 100) > 100 - percent
