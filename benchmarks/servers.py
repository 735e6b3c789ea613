"""The servers that are compared: how each is started, and what it runs on."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from models.database.database_url import DatabaseUrl
from scripts.node import NODE

HERE = Path(__file__).parent
ROOT = HERE.parent
STARTS_WITHIN = 60.0
STOPS_WITHIN = 20.0


@dataclass(frozen=True)
class Server:
    """A server that can be started on a port and a database."""

    name: str
    label: str
    command: Callable[[int], list[str]]
    settings: Mapping[str, str] = field(default_factory=dict)

    def environment(self, url: str, port: int) -> dict[str, str]:
        """Its environment: none of this machine's own settings, and where the database is in everybody's words."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("USHER_", "PG"))}
        parsed = DatabaseUrl.parse(url)
        where = {"PGHOST": parsed.hosts[0][0], "PGUSER": parsed.user, "PGDATABASE": parsed.database}
        named = {"DATABASE_URL": url, "USHER_DATABASE_URL": url, "USHER_PORT": str(port)}
        return clean | where | named | {"NODE_ENV": "production"} | dict(self.settings)


def _python(module: str) -> Callable[[int], list[str]]:
    return lambda port: [sys.executable, "-m", module, str(port)]


def _node(folder: str) -> Callable[[int], list[str]]:
    return lambda port: [str(NODE), str(HERE / folder / "server.js"), str(port)]


FLOOR = Server("floor", "floor: one route, JSON made in SQL", _python("benchmarks.floor"))
USHER = Server(
    "usher",
    "Usher",
    lambda _port: [str(Path(sys.executable).parent / "usher"), "serve"],
    {
        "USHER_SECRET_KEY": "a secret key of the benchmark's own",
        "USHER_SMTP_URL": "smtp://127.0.0.1:1?starttls=never",
        # A second of load costs more than a caller may spend in a minute.
        "USHER_MAX_COST_PER_MINUTE": "2000000000",
        # All have as many: one for each connection that comes, and PostgreSQL has a hundred for everybody.
        "USHER_DATABASE_POOL": "16",
        # Mail is no part of what is measured, and the others send none.
        "USHER_RELAY": "false",
    },
)
MERCURIUS = Server("mercurius", "Mercurius 16 with JIT", _node("mercurius"))
POSTGRAPHILE = Server("postgraphile", "PostGraphile 5", _node("postgraphile"))
USUAL = Server("usual", "Strawberry and Tortoise, as usual", _python("benchmarks.usual_strawberry.server"))
SERVERS = [FLOOR, USHER, MERCURIUS, POSTGRAPHILE, USUAL]


@dataclass
class Running:
    """A server that runs."""

    server: Server
    port: int
    process: subprocess.Popen[bytes]

    @property
    def resident(self) -> float:
        """The memory of its processes, in MiB."""
        return sum(process.memory_info().rss for process in self._processes()) / 2**20

    @property
    def cpu(self) -> float:
        """The processor time that it has used, in seconds."""
        return sum(cpu_of(process) for process in self._processes())

    def _processes(self) -> list[psutil.Process]:
        first = psutil.Process(self.process.pid)
        return [first, *first.children(recursive=True)]


@contextmanager
def running(server: Server, url: str, log: Path) -> Iterator[Running]:
    """Keep a server running; it is ready once it accepts connections."""
    port = free_port()
    started = start(server, url, port, log)
    try:
        deadline = time.monotonic() + STARTS_WITHIN
        while not accepts(port):
            if started.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{server.label} does not start; see {log}:\n{log.read_text()[-2000:]}")
            time.sleep(0.01)
        yield started
    finally:
        stop(started)


def start(server: Server, url: str, port: int, log: Path) -> Running:
    """Start a server, without waiting for it."""
    with log.open("ab") as printed:
        process = subprocess.Popen(
            server.command(port),
            cwd=ROOT,
            env=server.environment(url, port),
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
        )
    return Running(server, port, process)


def stop(started: Running) -> None:
    """End a server."""
    started.process.terminate()
    try:
        started.process.wait(STOPS_WITHIN)
    except subprocess.TimeoutExpired:
        started.process.kill()
        started.process.wait()


def cpu_of(process: psutil.Process) -> float:
    """The processor time of a process, in seconds; none when it has ended."""
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return times.user + times.system


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def accepts(port: int) -> bool:
    """Whether somebody listens on a port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
