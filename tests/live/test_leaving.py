"""Followers that vanish or stall: they leave nothing behind, and hold nobody up."""

import asyncio
import socket as sockets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import urlsplit

import pytest
from websockets.asyncio.client import connect

from models.events import commit_listeners
from models.events.seat_feed import Feed
from tests.support.client import Client, Live
from tests.support.company import Company
from tests.support.leaving import nothing_stays
from tests.support.seats_feed import SEATS, commit_elsewhere, next_update, updates
from tests.support.waiting import until

# The same, 30 kB at a time.
LONG = (
    "subscription { seatCountsChanged { version pools { package { "
    + " ".join(f"description{number}: description" for number in range(150))
    + " } } } }"
)


@pytest.fixture
async def nothing_left(company: Company, feed: Feed) -> AsyncIterator[None]:
    """Fail unless every task, follower and connection that the test led to is gone soon after it."""
    async with nothing_stays(feed):
        yield


@asynccontextmanager
async def slow_socket(client: Client) -> AsyncIterator[Live]:
    """An acknowledged connection that can take in little at a time."""
    address = urlsplit(client.url)
    raw = sockets.socket()
    raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    raw.connect((address.hostname, address.port))
    raw.setblocking(False)
    url = f"ws{client.url.removeprefix('http')}/graphql"
    async with connect(url, sock=raw, subprotocols=["graphql-transport-ws"]) as opened:  # pyright: ignore[reportArgumentType]
        live = Live(opened)
        await live.send(type="connection_init", payload={"Authorization": f"Bearer {client.token}"})
        assert (await live.receive())["type"] == "connection_ack"
        yield live


@pytest.mark.usefixtures("nothing_left")
async def test_a_hundred_clients_that_vanish_leave_nothing_behind(admin: Client, company: Company) -> None:
    await company.buy(PRO=3)
    doors = asyncio.Semaphore(10)
    arrived = asyncio.Barrier(101)

    async def listen_and_vanish(number: int) -> None:
        async with AsyncExitStack() as stack:
            async with doors:
                live = await stack.enter_async_context(admin.live())
            await live.subscribe(SEATS)
            if number % 4:
                await next_update(live)
            await arrived.wait()
            if number % 2:
                await next_update(live)
            live.socket.transport.abort()

    listeners = asyncio.gather(*(listen_and_vanish(number) for number in range(100)))
    await arrived.wait()
    for user in company.users:
        await company.assign(user, "PRO")
    await listeners


@pytest.mark.usefixtures("nothing_left")
async def test_a_client_that_goes_in_the_middle_of_a_long_catching_up_leaves_nothing_behind(
    admin: Client, company: Company
) -> None:
    await commit_elsewhere(company.account_id, company.packages["PRO"].id, list(range(1, 301)))

    async def catch_up_and_go(number: int) -> None:
        async with admin.live() as live:
            await live.subscribe(SEATS, after="0")
            for _ in range(number):
                await next_update(live)
            live.socket.transport.abort()

    await asyncio.gather(*(catch_up_and_go(number) for number in range(8)))


@pytest.mark.usefixtures("nothing_left")
async def test_completing_ends_the_follower_while_the_socket_stays(admin: Client, feed: Feed) -> None:
    async with admin.live() as live:
        await live.subscribe(SEATS)
        await next_update(live)
        assert len(feed._watched) == 1
        await live.send(type="complete", id="1")
        await until(lambda: not feed._watched)
        await live.send(type="ping")
        assert (await live.receive())["type"] == "pong"


@pytest.mark.usefixtures("nothing_left")
async def test_a_client_that_does_not_read_holds_nobody_up_and_misses_nothing(
    admin: Client, company: Company
) -> None:
    async with admin.live() as live, slow_socket(admin) as slow:
        await live.subscribe(SEATS)
        await next_update(live)
        await slow.subscribe(LONG)
        assert len(str(await slow.next())) > 30_000
        slow.socket.transport.pause_reading()
        # 300 times 30 kB are more than all the buffers on the way hold.
        version = await commit_elsewhere(company.account_id, company.packages["PRO"].id, list(range(1, 301)))
        commit_listeners.publish(company.account_id)
        versions = list(range(version - 299, version + 1))
        assert [update[0] for update in await updates(live, 300)] == versions
        await company.buy(ECO=1)
        assert await next_update(live) == (version + 3, False, {"ECO": (1, 0, 0)})
        assert await admin.run("{ account { cart { version } } }") == {"account": {"cart": {"version": "2"}}}
        slow.socket.transport.resume_reading()
        late = [int((await slow.next())["seatCountsChanged"]["version"]) for _ in range(301)]
        assert late == [*versions, version + 3]


@pytest.mark.usefixtures("nothing_left")
async def test_a_client_that_vanishes_without_having_read_leaves_nothing_behind(
    admin: Client, company: Company
) -> None:
    async with slow_socket(admin) as slow:
        await slow.subscribe(LONG)
        await slow.next()
        slow.socket.transport.pause_reading()
        await commit_elsewhere(company.account_id, company.packages["PRO"].id, list(range(1, 301)))
        commit_listeners.publish(company.account_id)
        async with admin.live() as live:
            await live.subscribe(SEATS, after="0")
            await updates(live, 300)
        slow.socket.transport.abort()
