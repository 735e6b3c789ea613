"""The load generator: a process of its own, so that what it costs is not counted.

Reads one JSON object from its input, says "started" when the warm-up is over, and prints one JSON object. Each
connection sends a request, waits for the answer, and sends the next: a closed loop without pauses.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

import uvloop

END_OF_HEAD = b"\r\n\r\n"
# Longer than any server may take to answer a request of these.
GIVES_UP_AFTER = 60.0


@dataclass
class Tally:
    """The responses. Those of the warm-up, and those after the end, are only counted."""

    warm: bool = False
    over: bool = False
    answers: int = 0
    uncounted: int = 0
    last: float = 0.0
    statuses: Counter[str] = field(default_factory=Counter)
    containing: Counter[str] = field(default_factory=Counter)
    milliseconds: list[float] = field(default_factory=list)


class Connection(asyncio.Protocol):
    """One connection: the next request whenever an answer is complete."""

    def __init__(self, requests: Iterator[bytes], tally: Tally, count: list[str], ended: asyncio.Event) -> None:
        self._requests = requests
        self._tally = tally
        self._count = [(text, text.encode()) for text in count]
        self._ended = ended
        self._transport: Any = None
        self._buffer = b""
        self._sent_at = 0.0
        self.idle = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport; sending begins when all are there."""
        self._transport = transport

    def send(self) -> None:
        """Send the next request, if there is one."""
        request = None if self._tally.over else next(self._requests, None)
        self.idle = request is None
        if request is None:
            self._ended.set()
            return
        self._sent_at = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Take a part of an answer."""
        buffer = self._buffer = self._buffer + data if self._buffer else data
        end = buffer.find(END_OF_HEAD)
        if end < 0 or not _complete(buffer, end):
            return
        self._buffer = b""
        self._note(buffer)
        self.send()

    def connection_lost(self, exc: Exception | None) -> None:
        """A server that hangs up is told of as a status."""
        if not self.idle:
            self._tally.statuses[f"hung up: {exc}"] += 1
            self.idle = True
            self._ended.set()

    def close(self) -> None:
        """Hang up."""
        self._transport.close()

    def _note(self, answer: bytes) -> None:
        tally, moment = self._tally, time.perf_counter()
        for text, encoded in self._count:
            tally.containing[text] += encoded in answer
        if tally.over or not tally.warm:
            tally.uncounted += 1
            return
        tally.answers += 1
        tally.last = moment
        tally.statuses[answer[9:12].decode()] += 1
        tally.milliseconds.append((moment - self._sent_at) * 1000)


def _complete(buffer: bytes, end: int) -> bool:
    head = buffer[:end].lower()
    place = head.find(b"content-length:")
    if place >= 0:
        line_end = head.find(b"\r\n", place)
        length = int(head[place + 15 : line_end if line_end >= 0 else end])
        return len(buffer) >= end + len(END_OF_HEAD) + length
    if b"transfer-encoding: chunked" in head:
        return buffer.endswith(b"0\r\n\r\n")
    return True


async def generate(spec: dict[str, Any]) -> dict[str, Any]:
    """Put a server under load as the specification says, and tell what came back."""
    given = [request.encode("latin-1") for request in spec["requests"]]
    requests = iter(given) if spec["once"] else cycle(given)
    tally, ended = Tally(), asyncio.Event()
    loop = asyncio.get_running_loop()
    connections: list[Connection] = []
    for _ in range(spec["connections"]):
        connection = Connection(requests, tally, spec["count"], ended)
        await loop.create_connection(lambda made=connection: made, "127.0.0.1", spec["port"])
        connections.append(connection)
    tally.warm = spec["warm_up"] == 0
    began = time.perf_counter()
    if tally.warm:
        print("started", flush=True)
    for connection in connections:
        connection.send()
    if not tally.warm:
        await _until(ended, connections, spec["warm_up"])
        tally.warm, began = True, time.perf_counter()
        print("started", flush=True)
    await _until(ended, connections, spec["seconds"])
    tally.over = True
    seconds = (tally.last or time.perf_counter()) - began
    # Requests that were sent are awaited: the next measurement begins without them.
    await _until(ended, connections, GIVES_UP_AFTER)
    for connection in connections:
        connection.close()
    return {
        "answers": tally.answers,
        "uncounted": tally.uncounted,
        "seconds": seconds,
        "statuses": tally.statuses,
        "containing": tally.containing,
        "milliseconds": _percentiles(tally.milliseconds),
    }


async def _until(ended: asyncio.Event, connections: list[Connection], seconds: float) -> None:
    """Wait so long, or until there is nothing left to send and all is answered."""
    deadline = time.perf_counter() + min(seconds, GIVES_UP_AFTER)
    while (left := deadline - time.perf_counter()) > 0:
        ended.clear()
        if all(connection.idle for connection in connections):
            return
        try:
            await asyncio.wait_for(ended.wait(), left)
        except TimeoutError:
            return


def _percentiles(values: list[float]) -> dict[str, float]:
    ordered = sorted(values) or [0.0]
    return {name: ordered[int(len(ordered) * part)] for name, part in (("50", 0.5), ("99", 0.99))}


if __name__ == "__main__":
    print(json.dumps(uvloop.run(generate(json.loads(sys.stdin.read())))), flush=True)
