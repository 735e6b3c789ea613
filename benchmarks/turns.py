"""Taking turns: each entry under load for a moment, again and again, with the floor's turn in each round."""

import http.client
import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from benchmarks.calls import Call
from benchmarks.postgres import Postgres
from benchmarks.servers import ROOT, Running

CONNECTIONS = 16
WARM_UP = 0.4
# A server that has not answered by then is broken.
ANSWERS_WITHIN = 30.0


class WrongAnswerError(Exception):
    """A server answered something else than what is in the tables: its speed is worth nothing."""


@dataclass(frozen=True)
class Site:
    """The servers that run, the database they run on, and its PostgreSQL."""

    servers: Mapping[str, Running]
    database: Postgres
    url: str


@dataclass(frozen=True)
class Entry:
    """One line of a workload: a server, and what it is asked."""

    server: str
    label: str
    calls: Sequence[Call]
    status: int = 200
    # A text that is in every right answer.
    sign: str = '"data":'


@dataclass(frozen=True)
class Sample:
    """One turn of an entry. Times of processors are in microseconds for each request."""

    rps: float
    milliseconds: dict[str, float]
    server_cpu: float
    database_cpu: float
    resident: float


@dataclass
class Turns:
    """The samples of a workload by entry, one for each round."""

    samples: dict[str, list[Sample]] = field(default_factory=dict)

    def add(self, label: str, sample: Sample) -> None:
        """Note a sample."""
        self.samples.setdefault(label, []).append(sample)


def take_turn(entry: Entry, site: Site, seconds: float, *, connections: int = CONNECTIONS) -> Sample:
    """Load a server with an entry's calls over and over. Raises WrongAnswerError."""
    running = site.servers[entry.server]
    spec = {
        "port": running.port,
        "connections": connections,
        "warm_up": WARM_UP,
        "seconds": seconds,
        "once": False,
        "requests": [call.raw for call in entry.calls],
        "count": [entry.sign],
    }
    told, sample = measured(spec, running, site.database)
    right = told["containing"][entry.sign] if entry.sign else told["answers"] + told["uncounted"]
    if set(told["statuses"]) != {str(entry.status)} or right != told["answers"] + told["uncounted"]:
        raise WrongAnswerError(f"{entry.label}: {told}")
    return sample


def measured(spec: dict[str, Any], running: Running, database: Postgres) -> tuple[dict[str, Any], Sample]:
    """Run the load generator, and note what it costs the server and the database while it counts."""
    generator = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.load"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with generator:
        if generator.stdin is None or generator.stdout is None:
            raise RuntimeError("the load generator has no pipes")
        generator.stdin.write(json.dumps(spec))
        generator.stdin.close()
        generator.stdout.readline()
        before = running.cpu, database.cpu
        line = generator.stdout.readline()
        after = running.cpu, database.cpu
    told = json.loads(line)
    answers = max(told["answers"], 1)
    sample = Sample(
        rps=told["answers"] / told["seconds"],
        milliseconds=told["milliseconds"],
        server_cpu=(after[0] - before[0]) * 1e6 / answers,
        database_cpu=(after[1] - before[1]) * 1e6 / answers,
        resident=running.resident,
    )
    return told, sample


def check(entry: Entry, port: int, expected: Callable[[Call], Any], shown: Callable[[Any], Any]) -> None:
    """Ask everything once, and compare the answers with the tables. Raises WrongAnswerError."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWERS_WITHIN)) as connection:
        for call in entry.calls:
            status, body, _ = ask(connection, call)
            if status != entry.status:
                raise WrongAnswerError(f"{entry.label}: {status} {body[:300]!r}")
            if status == 200 and shown(json.loads(body)) != expected(call):
                raise WrongAnswerError(f"{entry.label}: {body[:300]!r} is not {expected(call)}")


def ask(connection: http.client.HTTPConnection, call: Call) -> tuple[int, bytes, dict[str, str]]:
    """Send one call; returns status, body and headers, their names in small letters."""
    connection.request("POST", call.path, call.text, call.all_headers)
    response = connection.getresponse()
    return response.status, response.read(), {name.lower(): value for name, value in response.getheaders()}
