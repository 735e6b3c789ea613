"""graphql-transport-ws: frames that are none, and the order of things; each ends the socket with its code."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.support.client import Client
from tests.support.seats_feed import SEATS, socket

QUERY = "{ packages { code } }"
INIT = {"type": "connection_init"}


@asynccontextmanager
async def opened(url: str, *protocols: str) -> AsyncIterator[ClientConnection]:
    """A socket to /graphql on which nothing was said yet."""
    offered: Any = protocols or ("graphql-transport-ws",)
    async with connect(f"ws{url.removeprefix('http')}/graphql", subprotocols=offered) as connection:
        yield connection


async def closed_with(connection: ClientConnection, *frames: object) -> int:
    """The code that the server closes the socket with after some frames, before it says anything else."""
    for frame in frames:
        await connection.send(frame if isinstance(frame, str | bytes) else json.dumps(frame))
    with pytest.raises(ConnectionClosed) as closed:
        pytest.fail(f"it answered {await connection.recv()!r}")
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code


async def acknowledged(connection: ClientConnection) -> None:
    await connection.send(json.dumps(INIT))
    assert json.loads(await connection.recv()) == {"type": "connection_ack"}


def subscribe(**payload: Any) -> dict[str, Any]:
    return {"type": "subscribe", "id": "1", "payload": payload}


NO_MESSAGES = [
    [],
    [INIT],
    "x",
    1,
    None,
    True,
    {},
    {"type": None},
    {"type": 5},
    {"type": ["ping"]},
    {"type": "nope"},
    {"type": "start", "id": "1", "payload": {"query": QUERY}},
    {"type": "connection_init", "payload": "x"},
    {"type": "connection_init", "payload": [1]},
]
NO_SUBSCRIPTIONS: list[dict[str, Any]] = [
    {"type": "subscribe"},
    {"type": "subscribe", "id": "1"},
    {"type": "subscribe", "id": 1, "payload": {"query": QUERY}},
    {"type": "subscribe", "payload": {"query": QUERY}},
    {"type": "subscribe", "id": "1", "payload": None},
    {"type": "subscribe", "id": "1", "payload": [QUERY]},
    {"type": "complete"},
    {"type": "complete", "id": 1},
    subscribe(),
    subscribe(query=None),
    subscribe(query=1),
    subscribe(query=QUERY, variables=[]),
    subscribe(query=QUERY, variables="x"),
    subscribe(query=QUERY, operationName=5),
]


def json_of(value: object) -> str:
    return json.dumps(value)[:60]


@pytest.mark.parametrize("frame", NO_MESSAGES, ids=json_of)
async def test_a_frame_that_is_no_message_closes_the_socket(server_url: str, frame: object) -> None:
    async with opened(server_url) as connection:
        assert await closed_with(connection, json.dumps(frame)) == 4400


@pytest.mark.parametrize("frame", [frame for frame in NO_MESSAGES + NO_SUBSCRIPTIONS if frame != INIT], ids=json_of)
async def test_a_bad_frame_closes_an_acknowledged_socket_too(server_url: str, frame: object) -> None:
    async with opened(server_url) as connection:
        await acknowledged(connection)
        assert await closed_with(connection, json.dumps(frame)) == 4400


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "nonsense",
        "{",
        '{"type": "ping"} {"type": "ping"}',
        r'{"type": "\ud800"}',
        "[" * 5_000,
        b"",
        b'{"type": "ping"}',
    ],
    ids=range(8),
)
async def test_text_that_is_no_json_closes_the_socket(server_url: str, frame: str | bytes) -> None:
    async with opened(server_url) as connection:
        assert await closed_with(connection, frame) == 4400


async def test_a_frame_beyond_256_kilobytes_closes_the_socket(server_url: str) -> None:
    async with opened(server_url) as connection:
        await acknowledged(connection)
        await connection.send(json.dumps({"type": "ping", "payload": {"padding": "x" * 200_000}}))
        assert json.loads(await connection.recv())["type"] == "pong"
        assert await closed_with(connection, "x" * 300_000) == 1009


async def test_an_operation_before_the_socket_is_acknowledged_closes_it(server_url: str) -> None:
    async with opened(server_url) as connection:
        assert await closed_with(connection, subscribe(query=QUERY)) == 4401


async def test_a_second_init_closes_the_socket(server_url: str) -> None:
    async with opened(server_url) as connection:
        await acknowledged(connection)
        assert await closed_with(connection, INIT) == 4429


@pytest.mark.parametrize("id", ["1", "", "i" * 36, "i" * 200, "\U0001f600" * 50], ids=range(5))
async def test_an_id_in_use_closes_the_socket(admin: Client, id: str) -> None:
    async with admin.live() as live:
        await live.subscribe(SEATS, id=id)
        await live.next()
        assert await closed_with(live.socket, subscribe(query=QUERY) | {"id": id}) == 4409


@pytest.mark.parametrize("protocols", [("graphql-ws",), ("soap",)])
async def test_another_protocol_is_refused(server_url: str, protocols: tuple[str, ...]) -> None:
    async with opened(server_url, *protocols) as connection:
        assert connection.subprotocol is None
        assert await closed_with(connection) == 4406


async def test_our_protocol_is_chosen_among_others(server_url: str) -> None:
    async with opened(server_url, "graphql-ws", "graphql-transport-ws") as connection:
        assert connection.subprotocol == "graphql-transport-ws"
        await acknowledged(connection)


@pytest.mark.parametrize("init", [INIT, INIT | {"payload": {}}, INIT | {"payload": None}, INIT | {"extra": 1}])
async def test_the_payload_of_an_init_may_be_left_out(server_url: str, init: dict[str, Any]) -> None:
    async with opened(server_url) as connection:
        await connection.send(json.dumps(init))
        assert json.loads(await connection.recv()) == {"type": "connection_ack"}


async def test_a_ping_is_answered_and_a_pong_is_not(server_url: str, db: None) -> None:
    async with opened(server_url) as connection:
        for frame in (
            {"type": "pong"},
            {"type": "ping"},
            {"type": "pong", "payload": {"a": 1}},
            {"type": "ping", "payload": {"a": 1}},
        ):
            await connection.send(json.dumps(frame))
        assert [json.loads(await connection.recv())["type"] for _ in range(2)] == ["pong", "pong"]
    async with socket(server_url) as live:
        await live.send(type="pong")
        await live.send(type="ping")
        assert (await live.receive())["type"] == "pong"
        await live.subscribe(QUERY)
        assert (await live.next())["packages"][0] == {"code": "ECO"}


async def test_completing_what_is_not_running_is_no_error(server_url: str, db: None) -> None:
    async with socket(server_url) as live:
        await live.send(type="complete", id="unknown")
        await live.subscribe(QUERY)
        assert (await live.next())["packages"][0] == {"code": "ECO"}
        assert await live.receive() == {"type": "complete", "id": "1"}
        await live.send(type="complete", id="1")
        await live.subscribe(QUERY)
        assert (await live.next())["packages"][0] == {"code": "ECO"}
