"""Frames in any order on a WebSocket: each is answered, or the socket is closed with a code that says why."""

import asyncio
import json
from typing import Any

from hypothesis import strategies as st
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from models.events.seat_feed import Feed
from tests.fuzz.callers import WHO, Callers
from tests.fuzz.frames import TOKEN, Frame, conversations
from tests.fuzz.known import Known
from tests.fuzz.responses import are_errors, is_answer
from tests.fuzz.running import every, watched
from tests.support.leaving import nothing_stays

pytestmark = watched()

CLOSED_WITH = {1000, 1007, 1009, 4400, 4401, 4409, 4429}
SENT = {"connection_ack", "ping", "pong", "next", "error", "complete"}


async def opened(url: str) -> ClientConnection:
    """A socket on which nothing was said yet."""
    protocols: Any = ["graphql-transport-ws"]
    return await connect(f"ws{url.removeprefix('http')}/graphql", subprotocols=protocols, max_size=None)


def is_message(text: str | bytes) -> str:
    """The type of a message; fails unless it is one that a server may send."""
    assert isinstance(text, str)
    message = json.loads(text)
    assert message["type"] in SENT, message
    if message["type"] == "next":
        is_answer(message["payload"])
    if message["type"] == "error":
        are_errors(message["payload"], message)
    return message["type"]


def is_ping(frame: Frame) -> bool:
    """Whether a frame asks for a pong."""
    try:
        message = json.loads(frame) if isinstance(frame, str) else None
    except (ValueError, RecursionError):
        return False
    return isinstance(message, dict) and message.get("type") == "ping"


async def say(socket: ClientConnection, frames: list[Frame]) -> None:
    """Send all of it; a closed socket says by itself why."""
    try:
        for frame in frames:
            await socket.send(frame)
    except ConnectionClosed:
        return


async def talk(socket: ClientConnection, frames: list[Frame]) -> None:
    """Say all of it and a ping, and hear everything up to the answer to the last ping."""
    frames = [*frames, json.dumps({"type": "ping"})]
    pongs = sum(map(is_ping, frames))
    saying = asyncio.create_task(say(socket, frames))
    try:
        while pongs:
            pongs -= is_message(await socket.recv()) == "pong"
    except ConnectionClosed:
        # A socket that nobody closed properly has 1006 here.
        assert socket.close_code in CLOSED_WITH, (socket.close_code, socket.close_reason)
    finally:
        await saying


async def test_whatever_is_said_on_a_socket_is_answered(
    server_url: str, feed: Feed, known: Known, callers: Callers
) -> None:
    async def examine(example):
        who, frames, leaves = example
        token = await callers.token(who) or "nobody's"
        socket = await opened(server_url)
        said = [frame.replace(TOKEN, token) if isinstance(frame, str) else frame for frame in frames]
        await talk(socket, [await callers.filled(frame) if isinstance(frame, str) else frame for frame in said])
        if leaves == "vanishes":
            socket.transport.abort()
        else:
            await socket.close()
        for frame in said:
            await callers.after(frame.encode() if isinstance(frame, str) else frame)

    leaves = st.sampled_from(["closes", "vanishes"])
    async with nothing_stays(feed):
        await every(st.tuples(st.sampled_from(WHO), conversations(known), leaves), 120, examine)
    async with await opened(server_url) as socket:
        await socket.send(json.dumps({"type": "connection_init"}))
        assert json.loads(await socket.recv()) == {"type": "connection_ack"}
