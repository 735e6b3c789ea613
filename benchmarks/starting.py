"""W5: from starting a process to its first right answer."""

import http.client
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import calls
from benchmarks.calls import Call
from benchmarks.dataset import STANDARD
from benchmarks.servers import STARTS_WITHIN, Server, accepts, free_port, start, stop
from benchmarks.turns import ask

POLLS: dict[str, Call] = {
    "floor": calls.floor("/inventory", STANDARD.first),
    "postgraphile": calls.query(calls.POSTGRAPHILE_INVENTORY, STANDARD.first),
}
POLL = calls.query(calls.INVENTORY, STANDARD.first)


@dataclass(frozen=True)
class Start:
    """How long it took, and the memory of the process then, in MiB."""

    milliseconds: float
    resident: float


def start_once(server: Server, url: str, log: Path, expected: Any) -> Start:
    """Start a server, ask it until it answers right, and stop it."""
    poll, port = POLLS.get(server.name, POLL), free_port()
    began = time.perf_counter()
    started = start(server, url, port, log)
    try:
        _until(lambda: accepts(port) and _inventory(port, poll) == expected, server)
        return Start((time.perf_counter() - began) * 1000, started.resident)
    finally:
        stop(started)


def _until(answers: Callable[[], bool], server: Server) -> None:
    deadline = time.perf_counter() + STARTS_WITHIN
    while not answers():
        if time.perf_counter() > deadline:
            raise RuntimeError(f"{server.label} does not answer")
        time.sleep(0.002)


def _inventory(port: int, poll: Call) -> Any:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        status, body, _ = ask(connection, poll)
        return calls.inventory_in(json.loads(body)) if status == 200 else None
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
