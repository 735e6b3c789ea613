"""Keyset pages over rows of an account, forwards and backwards (Relay's cursor connections), in the order of ids."""

from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from tortoise.models import Model

from models.errors import InvalidInput
from models.reads.rows import Rows

MAX_PAGE = 100
DEFAULT_PAGE = 50

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Window:
    """The requested part of a list. `after` and `before` are ids of rows, which need not exist any more."""

    first: int | None = None
    after: UUID | None = None
    last: int | None = None
    before: UUID | None = None

    def __post_init__(self) -> None:
        """Refuse a window of impossible size. Raises InvalidInput."""
        bad = [
            ((name,), f"A whole number from 0 to {MAX_PAGE}: at most {MAX_PAGE} a page.")
            for name, size in (("first", self.first), ("last", self.last))
            if size is not None and not 0 <= size <= MAX_PAGE
        ]
        if self.first is not None and self.last is not None:
            bad.append((("last",), "Give first or last, not both."))
        if bad:
            raise InvalidInput(bad)

    @property
    def backwards(self) -> bool:
        """Whether the window is counted from its end."""
        return self.last is not None

    @property
    def size(self) -> int:
        """How many rows at most."""
        if self.last is not None:
            return self.last
        return DEFAULT_PAGE if self.first is None else self.first


@dataclass(frozen=True)
class Page(Generic[Row]):
    """The rows of a window in list order, and whether there are more on either side."""

    rows: list[Row]
    has_next: bool
    has_previous: bool


async def read_page(listed: Rows[Row], window: Window, *, newest_first: bool = False) -> Page[Row]:
    """Read one page of rows: one statement, and one more when the window has an edge to look beyond."""
    later, earlier = ("<", ">") if newest_first else (">", "<")
    inside = listed
    if window.after is not None:
        inside = inside.beyond(later, window.after)
    if window.before is not None:
        inside = inside.beyond(earlier, window.before)
    rows = await inside.read(window.size + 1, newest_first=newest_first != window.backwards)
    more = len(rows) > window.size
    rows = rows[: window.size]
    if window.backwards:
        beyond = await _any(listed, later, window.before)
        return Page(rows[::-1], has_next=beyond, has_previous=more)
    beyond = await _any(listed, earlier, window.after)
    return Page(rows, has_next=more, has_previous=beyond)


async def _any(listed: Rows[Row], side: str, edge: UUID | None) -> bool:
    return edge is not None and await listed.beyond(f"{side}=", edge).exist()
