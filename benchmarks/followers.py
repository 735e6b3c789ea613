"""Many followers of one account on WebSockets (graphql-transport-ws): a process of its own, as thin as can be.

Reads one JSON object from its input, prints "connected" once everybody follows, and waits for a line. Then it sends
the mutations one by one, each after the one before has reached everybody, and prints what it measured.
"""

import asyncio
import base64
import json
import os
import sys
import time
from typing import Any

import uvloop

END_OF_HEAD = b"\r\n\r\n"
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
REACHES_WITHIN = 30.0
# Some servers send no first message, so a client cannot see when they begin to listen.
BEGINS_WITHIN = 2.0


class Room:
    """The messages that all followers have received."""

    def __init__(self, followers: int) -> None:
        self.followers = followers
        self.acknowledged = 0
        self.heard = 0
        self.moved = asyncio.Event()

    async def until(self, done: str) -> None:
        """Wait until everybody has been acknowledged, or has heard."""
        async with asyncio.timeout(REACHES_WITHIN):
            while getattr(self, done) < self.followers:
                self.moved.clear()
                await self.moved.wait()


class Follower(asyncio.Protocol):
    """One WebSocket."""

    def __init__(self, room: Room, spec: dict[str, Any]) -> None:
        self._room = room
        self._spec = spec
        self._buffer = b""
        self._open = False
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        self._transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        self._transport.write(
            f"GET /graphql HTTP/1.1\r\nHost: 127.0.0.1:{self._spec['port']}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        """Take what comes: the upgrade first, then frames."""
        self._buffer += data
        if not self._open:
            end = self._buffer.find(END_OF_HEAD)
            if end < 0:
                return
            if not self._buffer.startswith(b"HTTP/1.1 101"):
                raise ConnectionError(self._buffer[:300])
            self._buffer = self._buffer[end + 4 :]
            self._open = True
            self._send({"type": "connection_init", "payload": {"Authorization": f"Bearer {self._spec['secret']}"}})
        while frame := self._frame():
            self._take(*frame)

    def _frame(self) -> tuple[int, bytes] | None:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        length, start = buffer[1] & 127, 2
        if length == 126:
            length, start = int.from_bytes(buffer[2:4], "big"), 4
        if len(buffer) < start + length:
            return None
        self._buffer = buffer[start + length :]
        return buffer[0] & 15, buffer[start : start + length]

    def _take(self, kind: int, payload: bytes) -> None:
        room = self._room
        if kind == PING:
            self._write(PONG, payload)
        elif kind == CLOSE:
            raise ConnectionError(payload)
        elif b'"connection_ack"' in payload:
            self._send({"id": "1", "type": "subscribe", "payload": {"query": self._spec["document"]}})
            room.acknowledged += 1
            room.moved.set()
        elif b'"next"' in payload:
            if b'"errors"' in payload:
                raise ConnectionError(payload)
            room.heard += 1
            if room.heard >= room.followers:
                room.moved.set()
        elif b'"ping"' in payload:
            self._send({"type": "pong"})

    def _send(self, message: dict[str, Any]) -> None:
        self._write(TEXT, json.dumps(message).encode())

    def _write(self, kind: int, payload: bytes) -> None:
        length = len(payload)
        size = bytes([128 | length]) if length < 126 else bytes([128 | 126]) + length.to_bytes(2, "big")
        # A mask of zeros leaves the payload as it is.
        self._transport.write(bytes([128 | kind]) + size + bytes(4) + payload)


async def follow(spec: dict[str, Any], go_on: Any) -> dict[str, Any]:
    """Follow, send the mutations, and tell for each how long its answer took, and the last receipt."""
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(_end_with)
    room = Room(spec["followers"])
    for _ in range(spec["followers"]):
        await loop.create_connection(lambda: Follower(room, spec), "127.0.0.1", spec["port"])
    await room.until("acknowledged")
    if spec["greeted"]:
        await room.until("heard")
    else:
        await asyncio.sleep(BEGINS_WITHIN)
    print("connected", flush=True)
    await loop.run_in_executor(None, go_on)
    reader, writer = await asyncio.open_connection("127.0.0.1", spec["port"])
    answered, reached = [], []
    for request in spec["requests"]:
        room.heard = 0
        began = time.perf_counter()
        writer.write(request.encode("latin-1"))
        answering = asyncio.create_task(_answered(reader))
        await room.until("heard")
        reached.append((time.perf_counter() - began) * 1000)
        answered.append((await answering - began) * 1000)
        await asyncio.sleep(0.05)
    writer.close()
    return {"answered": answered, "reached": reached}


async def _answered(reader: asyncio.StreamReader) -> float:
    head = (await reader.readuntil(END_OF_HEAD)).decode().lower()
    length = next(int(line.split(":")[1]) for line in head.split("\r\n") if line.startswith("content-length:"))
    body = await reader.readexactly(length)
    if b"LicenseAssigned" not in body:
        raise ConnectionError(body)
    return time.perf_counter()


def _end_with(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    print(context, file=sys.stderr, flush=True)
    os._exit(1)


if __name__ == "__main__":
    given = json.loads(sys.stdin.readline())
    print(json.dumps(uvloop.run(follow(given, sys.stdin.readline))), flush=True)
