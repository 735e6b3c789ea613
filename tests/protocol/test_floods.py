"""More connections and messages than anybody needs: refused at little cost, and nobody else is held up."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import pytest
from prometheus_client import REGISTRY
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError, InvalidStatus

import api.http.body
import api.subscriptions.view
from api.limits import Limits
from models.events.seat_feed import Feed
from payments import make_provider
from tests.support.client import Client, Live
from tests.support.company import Company
from tests.support.seats_feed import SEATS, next_update
from tests.support.serving import serving
from tests.support.waiting import until


@asynccontextmanager
async def limited(feed: Feed, company: Company, **limits: int) -> AsyncIterator[Client]:
    """The administrator, at a server with these limits."""
    async with serving(make_provider("sandbox"), feed, await company.access_token(), Limits(**limits)) as client:
        yield client


def open_sockets() -> int:
    """The number of open sockets in /metrics."""
    return int(REGISTRY.get_sample_value("usher_sockets") or 0)


async def closed_with(live: Live) -> int | None:
    """The code that a connection is closed with, once everything before it is read."""
    async with asyncio.timeout(10):
        with suppress(ConnectionClosedError):
            async for _ in live.socket:
                pass
    return live.socket.close_code


async def refused_handshake(client: Client) -> tuple[int, Any]:
    """The status and body with which one more connection is refused."""
    with pytest.raises(InvalidStatus) as refused:
        async with client.live():
            pass
    response = refused.value.response
    return response.status_code, json.loads(response.body or b"")


async def test_one_connection_too_many_from_an_address_is_refused_and_the_others_live(
    feed: Feed, company: Company
) -> None:
    async with limited(feed, company, caller_sockets=2) as client, client.live() as first:
        async with client.live():
            status, body = await refused_handshake(client)
        assert status == 429
        assert body["errors"] == [
            {
                "message": "Too many connections: at most 2 of one address are allowed.",
                "extensions": {"code": "LIMIT_EXCEEDED"},
            }
        ]
        await first.send(type="ping")
        assert (await first.receive())["type"] == "pong"
        await until(lambda: open_sockets() == 1)
        async with client.live():
            assert open_sockets() == 2


async def test_one_connection_too_many_for_the_process_is_refused(
    feed: Feed, company: Company, caplog: pytest.LogCaptureFixture
) -> None:
    async with limited(feed, company, sockets=1) as client, client.live():
        with caplog.at_level("WARNING"):
            status, body = await refused_handshake(client)
        assert status == 429
        assert body["errors"][0]["message"] == "Too many connections: at most 1 of one process are allowed."
        assert caplog.records == []
        assert await client.run("{ packages { code } }") != {}


async def test_a_flood_of_messages_closes_its_connection_alone(feed: Feed, company: Company) -> None:
    async with limited(feed, company, socket_messages_per_second=20) as client:
        async with client.live() as flood, client.live() as quiet:
            await quiet.subscribe(SEATS)
            await next_update(quiet)
            for _ in range(100):
                await flood.socket.send('{"type": "ping"}')
            assert await closed_with(flood) == 4429
            await company.buy(PRO=1)
            assert (await next_update(quiet))[2] == {"PRO": (1, 0, 0)}
        await until(lambda: open_sockets() == 0)


async def test_as_many_messages_as_are_allowed_every_second_go_on(feed: Feed, company: Company) -> None:
    async with limited(feed, company, socket_messages_per_second=20) as client, client.live() as live:
        for _ in range(2):
            for _ in range(15):
                await live.send(type="ping")
            for _ in range(15):
                assert (await live.receive())["type"] == "pong"
            # The next second is another allowance.
            await asyncio.sleep(1.0)


async def test_a_connection_that_never_says_who_it_is_is_closed(
    feed: Feed, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api.subscriptions.view, "INIT_TIMEOUT", api.subscriptions.view.INIT_TIMEOUT / 50)
    async with limited(feed, company) as client, AsyncExitStack() as stack:
        url = f"ws{client.url.removeprefix('http')}/graphql"
        silent = [
            await stack.enter_async_context(connect(url, subprotocols=["graphql-transport-ws"]))  # pyright: ignore[reportArgumentType]
            for _ in range(50)
        ]
        assert [await closed_with(Live(one)) for one in silent] == [4408] * 50
        await until(lambda: open_sockets() == 0)


async def test_subscriptions_by_the_thousand_end_at_the_limit_of_their_connection(
    feed: Feed, company: Company
) -> None:
    limits = {"socket_operations": 10, "socket_messages_per_second": 2000}
    async with limited(feed, company, **limits) as client, client.live() as live:
        for number in range(1000):
            await live.subscribe(SEATS, id=str(number))
        kinds = {"next": 0, "error": 0}
        refusal = {}
        while sum(kinds.values()) < 1000:
            message = await live.receive()
            kinds[message["type"]] += 1
            if message["type"] == "error":
                (refusal,) = message["payload"]
        assert kinds == {"next": 10, "error": 990}
        assert refusal == {
            "message": "Too many operations: at most 10 at once are allowed on a connection.",
            "extensions": {"code": "LIMIT_EXCEEDED", "limit": "operations", "allowed": 10},
        }
    await until(lambda: not feed._watched)


async def test_a_body_that_does_not_come_is_waited_for_so_long_and_no_longer(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api.http.body, "READ_WITHIN", 0.2)
    address = urlsplit(client.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(
        b"POST /graphql HTTP/1.1\r\nHost: usher\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"
    )
    async with asyncio.timeout(10):
        answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}
    writer.close()
    await writer.wait_closed()
