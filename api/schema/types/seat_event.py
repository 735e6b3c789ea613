"""SeatEvent, and the list of them that partners poll."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from operator import sub
from typing import Any
from uuid import UUID

import strawberry

from api.schema.connections import PageInfo
from api.schema.context import Info
from api.schema.enums import Permission
from api.schema.ids import encode_id
from api.schema.node import Node
from api.schema.types.mapped import Mapped, column, mapped, planned
from api.schema.types.package import PACKAGE, Package, load_package
from api.schema.versions import parse_version
from engine.breadth_first.loaders import awaits_loaders_only
from engine.breadth_first.shared_task import shielded
from engine.sql.mappings import ToMany
from engine.sql.paging import ListPage, Paging
from models.errors import StaleVersion
from models.events.seat_changes import (
    COUNTED,
    MOVED_POOLS,
    MOVED_SEATS,
    SeatChange,
    count_seat_changes,
    seat_changes_after,
    seat_changes_before,
)
from models.reads.accounts import account_by_id
from models.reads.conditions import Condition
from models.reads.inventory import PoolCounts
from models.reads.paging import Window


@mapped(
    MOVED_POOLS,
    description="The counts of one package's seats after an event."
    " It has no id, unlike a SeatPool: it is of then, and must not take the place of what is now.",
)
class SeatCounts(Mapped):
    """The counts of one package's seats at one moment of the past."""

    row: strawberry.Private[PoolCounts]
    purchased: int = column("Seats bought and paid for.")
    assigned: int = column("Seats given to people, activated or not.")
    activated: int = column("Assigned seats whose holder has followed the activation link.")
    available: int = column("Seats that could be given.", "purchased", "assigned", show=sub)

    @planned(PACKAGE, "What the seats license.")
    @awaits_loaders_only
    async def package(self, info: Info) -> Package:
        """The package of the seats."""
        return await load_package(info, self.row.package_id)


@mapped(
    "events",
    where=MOVED_SEATS,
    description="One thing that happened and moved seats; seatCountsChanged tells the same, with the same id.",
)
class SeatEvent(Mapped, Node):
    """One thing that happened and moved seats."""

    row: strawberry.Private[SeatChange]
    version: str = column("The account's version after it; also its cursor.", show=str)
    type: str = column(
        "What happened, e.g. purchase.completed, license.assigned, license.removed. New ones may come."
    )
    occurred_at: datetime = column("When it happened.")
    counts: list[SeatCounts] = planned(
        ToMany(order=("place",), of=("event_id", "id")), "The seats of each package that it moved, after it."
    )

    @classmethod
    def of(cls, row: SeatChange) -> "SeatEvent":
        """Present a change."""
        id = encode_id("SeatEvent", row.event_id)
        return cls.showing(row, id=id, counts=[SeatCounts.of(pool) for pool in row.pools])


@dataclass
class SeatEventListing:
    """The events after a version, read when something of them is asked for, and once."""

    account_id: UUID
    after: int
    size: int
    _read: "asyncio.Task[list[SeatChange]] | None" = field(default=None, init=False)

    async def nodes(self) -> list[SeatEvent]:
        """The page's events."""
        return [SeatEvent.of(change) for change in (await self._page())[: self.size]]

    async def edges(self) -> list[tuple[str, SeatEvent]]:
        """Each with its version, which is its cursor."""
        return [(node.version, node) for node in await self.nodes()]

    async def page_info(self) -> PageInfo:
        """The page info."""
        nodes = await self.nodes()
        return PageInfo(
            has_next_page=len(await self._page()) > self.size,
            has_previous_page=await seat_changes_before(self.account_id, self.after),
            start_cursor=nodes[0].version if nodes else None,
            end_cursor=nodes[-1].version if nodes else None,
        )

    async def total_count(self) -> int:
        """How many there are in all."""
        return await count_seat_changes(self.account_id)

    async def _page(self) -> list[SeatChange]:
        if self._read is None:
            self._read = asyncio.ensure_future(self._read_page())
        return await shielded(self._read)

    async def _read_page(self) -> list[SeatChange]:
        changes = await seat_changes_after(self.account_id, self.after, most=self.size + 1)
        if not changes and (now_at := (await account_by_id(self.account_id)).version) < self.after:
            raise StaleVersion(now_at)
        return changes


def _page(_name: str, arguments: Mapping[str, Any], conditions: tuple[Condition, ...]) -> ListPage:
    return ListPage(conditions, Window(arguments.get("first")).size, parse_version("after", arguments.get("after")))


def _cursor(_name: str, version: int) -> str:
    return str(version)


# An account's seat events, with versions for cursors.
SEAT_EVENTS = ToMany(
    order=("version",),
    wanted=lambda _: [COUNTED],
    paging=Paging(_page, _cursor),
    edge_requires="{value} <= viewer.account_version",
    requires=Permission.VIEW_INVENTORY,
)
