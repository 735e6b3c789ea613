"""Following seat counts: what is asked, what comes, and what the events say should have come."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import orjson
from websockets.asyncio.client import connect

from models.database.connection import execute_many, fetch, transaction
from models.database.ids import new_id
from models.database.json import to_json
from models.events.seat_feed import SeatUpdate
from tests.support.client import Live
from tests.support.company import Company
from tests.support.waiting import COMES_WITHIN

SEATS = (
    "subscription ($after: String) { seatCountsChanged(after: $after) {"
    " version snapshot pools { package { code } purchased assigned activated available } } }"
)
NOTHING_BOUGHT = {"ECO": (0, 0, 0), "ADVANCED": (0, 0, 0), "PRO": (0, 0, 0)}

# A version, whether it is a snapshot, and purchased, assigned and activated by package code.
Update = tuple[int, bool, dict[str, tuple[int, int, int]]]


async def next_update(live: Live) -> Update:
    """The next message of the only subscription of a socket; fails on anything else."""
    return update_of((await live.next(within=COMES_WITHIN))["seatCountsChanged"])


async def updates(live: Live, count: int) -> list[Update]:
    """The next so many messages."""
    return [await next_update(live) for _ in range(count)]


def update_of(shown: dict[str, Any]) -> Update:
    """A message in short; fails unless the available seats are those that are not assigned."""
    pools = shown["pools"]
    assert [pool["available"] for pool in pools] == [pool["purchased"] - pool["assigned"] for pool in pools]
    counts = {pool["package"]["code"]: (pool["purchased"], pool["assigned"], pool["activated"]) for pool in pools}
    assert len(counts) == len(pools)
    return int(shown["version"]), shown["snapshot"], counts


def update_from(company: Company, update: SeatUpdate) -> Update:
    """An update of the feed, in short."""
    codes = {package.id: code for code, package in company.packages.items()}
    counts = {codes[pool.package_id]: (pool.purchased, pool.assigned, pool.activated) for pool in update.pools}
    return update.version, update.snapshot, counts


async def recorded_updates(company: Company, after: int) -> list[Update]:
    """The updates that a follower must have got, by the events after a version."""
    rows = await fetch(
        "SELECT version, pools FROM events"
        " WHERE account_id = $1 AND version > $2 AND pools IS NOT NULL ORDER BY version",
        company.account_id,
        after,
    )
    codes = {str(package.id): code for code, package in company.packages.items()}
    return [
        (
            row["version"],
            False,
            {
                codes[pool["package_id"]]: (pool["purchased"], pool["assigned"], pool["activated"])
                for pool in orjson.loads(row["pools"])
            },
        )
        for row in rows
    ]


async def commit_elsewhere(account_id: UUID, package_id: UUID, purchased: list[int]) -> int:
    """Commit purchases as another process would, unannounced here; returns the account's version after them.

    `purchased` holds the seats of the package after each.
    """
    async with transaction():
        rows = await fetch("SELECT version FROM accounts WHERE id = $1 FOR NO KEY UPDATE", account_id)
        version = rows[0]["version"]
        pool = {"account_id": str(account_id), "package_id": str(package_id), "assigned": 0, "activated": 0}
        await execute_many(
            "INSERT INTO events (id, account_id, version, type, occurred_at, data, pools)"
            " VALUES ($1, $2, $3, 'purchase.completed', now(), '{}', $4)",
            [
                (new_id(), account_id, version + number, to_json([pool | {"purchased": seats}]))
                for number, seats in enumerate(purchased, start=1)
            ],
        )
        await fetch(
            "INSERT INTO seat_pools (id, account_id, package_id, purchased, assigned, activated)"
            " VALUES ($1, $2, $3, $4, 0, 0)"
            " ON CONFLICT (account_id, package_id) DO UPDATE SET purchased = excluded.purchased",
            new_id(),
            account_id,
            package_id,
            purchased[-1],
        )
        await fetch("UPDATE accounts SET version = $2 WHERE id = $1", account_id, version + len(purchased))
    return version + len(purchased)


@asynccontextmanager
async def socket(url: str, *, payload: object = None, **headers: str) -> AsyncIterator[Live]:
    """A connection to /graphql with these headers, acknowledged. `payload` is that of connection_init."""
    async with connect(
        f"ws{url.removeprefix('http')}/graphql",
        subprotocols=["graphql-transport-ws"],  # pyright: ignore[reportArgumentType]
        additional_headers=headers,
    ) as opened:
        live = Live(opened)
        await live.send(type="connection_init", **({} if payload is None else {"payload": payload}))
        assert await live.receive() == {"type": "connection_ack"}
        yield live


async def failed(live: Live, id: str = "1") -> dict[str, Any]:
    """The extensions of the one error that an operation ends with."""
    message = await live.receive()
    assert (message["type"], message["id"]) == ("next", id), message
    assert message["payload"]["data"] is None, message
    assert len(message["payload"]["errors"]) == 1, message
    assert await live.receive() == {"type": "complete", "id": id}
    return message["payload"]["errors"][0]["extensions"]
