"""The root type of subscriptions."""

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

import strawberry

from api.schema.context import Info
from api.schema.ids import encode_id
from api.schema.types.seats import SeatPool
from api.schema.versions import parse_version
from models.access.credentials import reauthenticate
from models.access.viewer import Viewer
from models.events.seat_feed import SeatUpdate
from models.permissions import Permission

# Seconds within which the end of a session ends its subscriptions.
CHECK_SESSION_EVERY = 10.0


@strawberry.type(description="Seat counts after one change, or all of them.")
class SeatCountsChange:
    id: strawberry.ID | None = strawberry.field(
        description="The id of the SeatEvent that this tells of; null for a snapshot, which tells of none."
    )
    version: str = strawberry.field(
        description="The account's version after it; give the last one seen as `after` when you reconnect."
    )
    snapshot: bool = strawberry.field(
        description="True when `pools` is the whole inventory and not only what changed."
    )
    pools: list[SeatPool] = strawberry.field(description="The pools with their counts after the change.")

    @classmethod
    def of(cls, update: SeatUpdate) -> "SeatCountsChange":
        """The GraphQL object of an update."""
        pools = [SeatPool.of(pool) for pool in update.pools]
        event = encode_id("SeatEvent", update.event_id) if update.event_id else None
        return cls(id=event, version=str(update.version), snapshot=update.snapshot, pools=pools)


async def seat_counts_changed(
    info: Info,
    after: Annotated[
        str | None, strawberry.argument(description="The last version seen, to go on from there.")
    ] = None,
) -> AsyncGenerator[SeatCountsChange, None]:
    """Follow the viewer's account. Ends with UNAUTHENTICATED once the session has ended."""
    viewer = info.context.require_viewer()
    viewer.require(Permission.VIEW_INVENTORY)
    checked = time.monotonic()
    feed = info.context.services.feed
    changes = feed.follow(viewer.account_id, parse_version("after", after), beat=CHECK_SESSION_EVERY)
    async with aclosing(changes) as updates:
        async for update in updates:
            if update is None or time.monotonic() - checked > CHECK_SESSION_EVERY:
                await _reauthenticate(viewer)
                checked = time.monotonic()
            if update is not None:
                # A subscription lasts for hours, and prices change meanwhile.
                info.context.packages.clear_all()
                yield SeatCountsChange.of(update)


@strawberry.type(description="What is pushed as it happens, over WebSocket or as a stream over plain HTTP.")
class Subscription:
    seat_counts_changed: AsyncGenerator[SeatCountsChange, None] = strawberry.subscription(
        resolver=seat_counts_changed,
        description="First a snapshot of every pool, then each change of seat counts as it commits, in order,"
        " none missing, none twice. With `after`, the version last seen: each change that was missed, then what"
        " comes (a snapshot where more than 1 000 were missed). Over WebSocket the credential is the session"
        ' cookie or connection_init\'s payload {"Authorization": "Bearer ..."}. Needs VIEW_INVENTORY.',
    )


async def _reauthenticate(viewer: Viewer) -> None:
    current = await reauthenticate(viewer)
    current.require(Permission.VIEW_INVENTORY)
