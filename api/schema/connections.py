"""Relay connections: cursors, pages and totals over the models' keyset pages."""

import asyncio
import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar
from uuid import UUID

import strawberry
from tortoise.models import Model

from engine.breadth_first.shared_task import shielded
from models.errors import InvalidInput
from models.reads.paging import Page, Window, read_page
from models.reads.rows import Rows

Row = TypeVar("Row", bound=Model)
Shown = TypeVar("Shown")


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    """The place of a page in its list."""

    has_next_page: bool = strawberry.field(description="Whether the list goes on after this page.")
    has_previous_page: bool = strawberry.field(description="Whether the list has something before this page.")
    start_cursor: str | None = strawberry.field(description="Cursor of the first edge; null on an empty page.")
    end_cursor: str | None = strawberry.field(description="Cursor of the last edge; null on an empty page.")


class Listed(Protocol[Shown]):
    """The list behind a connection, of which it shows one page."""

    async def nodes(self) -> list[Shown]:
        """The rows as they are shown."""
        ...

    async def edges(self) -> list[tuple[str, Shown]]:
        """Cursor and node of each row."""
        ...

    async def page_info(self) -> PageInfo:
        """The page info."""
        ...

    async def total_count(self) -> int:
        """How many rows the whole list has."""
        ...


@dataclass
class Listing(Generic[Row, Shown]):
    """A list that is read when something of it is asked for, and once: rows and total each cost one statement.

    `name` is that of the field, e.g. Account.users: its cursors are good for no other list.
    """

    name: str
    rows: Rows[Row]
    window: Window
    show: Callable[[Row], Shown]
    newest_first: bool = False
    _page: "asyncio.Task[Page[Row]] | None" = field(default=None, init=False)

    async def page(self) -> Page[Row]:
        """The rows of the window."""
        if self._page is None:
            self._page = asyncio.ensure_future(read_page(self.rows, self.window, newest_first=self.newest_first))
        return await shielded(self._page)

    async def nodes(self) -> list[Shown]:
        """The rows as they are shown."""
        return [self.show(row) for row in (await self.page()).rows]

    async def edges(self) -> list[tuple[str, Shown]]:
        """Cursor and node of each row."""
        return [(encode_cursor(self.name, row.pk), self.show(row)) for row in (await self.page()).rows]

    async def page_info(self) -> PageInfo:
        """The page info."""
        page = await self.page()
        return PageInfo(
            has_next_page=page.has_next,
            has_previous_page=page.has_previous,
            start_cursor=encode_cursor(self.name, page.rows[0].pk) if page.rows else None,
            end_cursor=encode_cursor(self.name, page.rows[-1].pk) if page.rows else None,
        )

    async def total_count(self) -> int:
        """How many rows the whole list has."""
        return await self.rows.count()


def window(name: str, first: int | None, after: str | None, last: int | None, before: str | None) -> Window:
    """The window of a list that a connection's arguments ask for. Raises InvalidInput."""
    return Window(first, decode_cursor(name, "after", after), last, decode_cursor(name, "before", before))


def encode_cursor(name: str, row_id: UUID) -> str:
    """The opaque cursor of a row in the list of this name."""
    return binascii.b2a_base64(f"{name}:{row_id!s}".encode(), newline=False).decode()


def decode_cursor(name: str, argument: str, value: str | None) -> UUID | None:
    """The row id inside a cursor of the list of this name. Raises InvalidInput."""
    if value is None:
        return None
    try:
        row_id = UUID(base64.b64decode(value[:200]).decode().rpartition(":")[2])
    except ValueError:
        row_id = None
    # Compared as a whole: a cursor has one spelling.
    if row_id is None or encode_cursor(name, row_id) != value:
        raise InvalidInput([((argument,), "Not a cursor of this list.")])
    return row_id


Node = TypeVar("Node")


@strawberry.type(description="One row of a list, with its place in it.")
class Edge(Generic[Node]):
    """One row of a list."""

    cursor: str = strawberry.field(
        description="Give it as `after` or `before` of the same list to go on from here."
        " Rows added or removed do not shift it."
    )
    node: Node = strawberry.field(description="The row.")


@strawberry.type(description="A page of a list: at most 100 rows, 50 when neither `first` nor `last` is given.")
class Connection(Generic[Node]):
    """A page of a list."""

    listing: strawberry.Private[Listed]

    @strawberry.field(description="The rows with their cursors.")
    async def edges(self) -> list[Edge[Node]]:
        """The page as edges."""
        return [Edge(cursor=cursor, node=node) for cursor, node in await self.listing.edges()]

    @strawberry.field(description="The rows alone.")
    async def nodes(self) -> list[Node]:
        """The page as nodes."""
        return await self.listing.nodes()

    @strawberry.field(description="Where the page stands in its list.")
    async def page_info(self) -> PageInfo:
        """The page info."""
        return await self.listing.page_info()

    @strawberry.field(description="How many rows the whole list has; read only when asked for.")
    async def total_count(self) -> int:
        """The size of the whole list."""
        return await self.listing.total_count()
