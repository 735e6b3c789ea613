"""The results of a run, and its machine."""

import platform
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from json import loads
from os import cpu_count, getloadavg
from pathlib import Path
from statistics import median

from benchmarks.assigning import Race
from benchmarks.following import Following
from benchmarks.growing import Growth
from benchmarks.servers import HERE
from benchmarks.starting import Start
from benchmarks.turns import Turns
from scripts.node import NODE


@dataclass
class Results:
    """Everything that was measured; what was not is empty."""

    machine: str
    versions: str
    when: str
    how: str
    turns: dict[str, Turns] = field(default_factory=dict)
    races: dict[str, Race] = field(default_factory=dict)
    followings: dict[str, Following] = field(default_factory=dict)
    starts: dict[str, list[Start]] = field(default_factory=dict)
    growth: Growth | None = None


def new_results(postgres: str, seconds: float, rounds: int) -> Results:
    """Empty results of this machine, now."""
    return Results(
        machine=f"{_processor()}, {cpu_count()} cores, {platform.system()} {platform.release().split('-')[0]};"
        f" load average when it began {getloadavg()[0]:.1f}",
        versions=_versions(postgres),
        when=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        how=f"{rounds} rounds of {seconds:g} seconds for each",
    )


def ratios(turns: Turns, label: str, to: str = "floor") -> list[float]:
    """How many requests an entry answered for each of another's, in the same rounds."""
    pairs = zip(turns.samples[label], turns.samples.get(to, []), strict=False)
    return [one.rps / other.rps for one, other in pairs]


def costs(turns: Turns, label: str, to: str = "floor") -> list[float]:
    """How much processor time of server and database a request took, for each of another entry's."""
    pairs = zip(turns.samples[label], turns.samples.get(to, []), strict=False)
    return [
        (one.server_cpu + one.database_cpu) / (other.server_cpu + other.database_cpu)
        for one, other in pairs
        if other.server_cpu
    ]


def growths(times: dict[int, list[float]], key: int) -> list[float]:
    """How many times as long as in the smallest, round by round."""
    return [one / other for one, other in zip(times[key], times[min(times)], strict=True)]


def middle(values: list[float]) -> float:
    """The median; 0 of nothing."""
    return median(values) if values else 0.0


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def _versions(postgres: str) -> str:
    node = subprocess.run([str(NODE), "--version"], capture_output=True, text=True, check=True).stdout.strip()
    told = [f"Python {platform.python_version()}", f"Node {node.removeprefix('v')}", f"PostgreSQL {postgres}"]
    told += [f"{name} {version(name)}" for name in ("strawberry-graphql", "tortoise-orm", "asyncpg", "uvicorn")]
    for folder, names in (("mercurius", ("mercurius", "fastify", "pg")), ("postgraphile", ("postgraphile",))):
        locked = loads((HERE / folder / "package.json").read_text())["dependencies"]
        told += [f"{name} {locked[name]}" for name in names]
    return ", ".join(told)
