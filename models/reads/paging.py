"""Keyset pages over any query, forwards and backwards (Relay's cursor connections), in the order of ids."""

from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from tortoise.models import Model
from tortoise.queryset import QuerySet

from models.errors import InvalidInput

MAX_PAGE = 100
DEFAULT_PAGE = 50

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Window:
    """The part of a list that is asked for. `after` and `before` are ids of rows, which need not exist any more."""

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


async def read_page(query: QuerySet[Row], window: Window, *, newest_first: bool = False) -> Page[Row]:
    """Read one page of a query: one statement, and one more when the window has an edge to look beyond."""
    later, earlier = ("id__lt", "id__gt") if newest_first else ("id__gt", "id__lt")
    inside = query
    if window.after is not None:
        inside = inside.filter(**{later: window.after})
    if window.before is not None:
        inside = inside.filter(**{earlier: window.before})
    order = "-id" if newest_first != window.backwards else "id"
    rows = await inside.order_by(order).limit(window.size + 1)
    more = len(rows) > window.size
    rows = rows[: window.size]
    if window.backwards:
        beyond = await _any(query, f"{later}e", window.before)
        return Page(rows[::-1], has_next=beyond, has_previous=more)
    beyond = await _any(query, f"{earlier}e", window.after)
    return Page(rows, has_next=more, has_previous=beyond)


async def _any(query: QuerySet[Row], condition: str, edge: UUID | None) -> bool:
    return edge is not None and await query.filter(**{condition: edge}).exists()
