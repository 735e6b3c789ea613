"""W3: administrators of 200 accounts assign licenses; and 400 users race for 100 seats."""

from collections.abc import Callable
from dataclasses import dataclass

import asyncpg

from benchmarks import calls
from benchmarks.calls import Call
from benchmarks.dataset import RACE, STANDARD, Accounts, Assignable, assignable, restore
from benchmarks.postgres import Postgres
from benchmarks.servers import Running
from benchmarks.turns import CONNECTIONS, WARM_UP, Sample, Site, Turns, WrongAnswerError, measured

LABELS = {
    "floor": "floor",
    "usher": "Usher",
    "mercurius": "Mercurius 16 + JIT",
    "postgraphile": "PostGraphile 5",
    "usual": "Strawberry + Tortoise, as usual",
}
CALLS: dict[str, Callable[[Assignable], Call]] = {
    "floor": calls.assign_at_floor,
    "usher": calls.assign_at_usher,
    "mercurius": calls.assign,
    "postgraphile": calls.assign_at_postgraphile,
    "usual": calls.assign,
}
# A text that is in every answer to an assignment that was made.
SIGNS = {"floor": '"LicenseAssigned"', "postgraphile": '"refusal":null'}
SIGN = '"LicenseAssigned"'
# So many race at the same time.
RACERS = 100


@dataclass(frozen=True)
class Race:
    """How a race went: seats given by the answers, by the licenses and by the counter."""

    seconds: float
    answered: int
    licenses: int
    counted: int


async def assign_round(site: Site, turns: Turns, seconds: float) -> None:
    """One round: each server assigns for a moment. Raises WrongAnswerError where rows and answers differ."""
    connection = await asyncpg.connect(site.url)
    try:
        await restore(connection)
        people = await assignable(connection, STANDARD)
        for name, running in site.servers.items():
            sample = await assigned_in(connection, running, site.database, people, seconds)
            turns.add(LABELS[name], sample)
    finally:
        await connection.close()


async def assigned_in(
    connection: asyncpg.Connection,
    running: Running,
    database: Postgres,
    people: list[Assignable],
    seconds: float,
    *,
    connections: int = CONNECTIONS,
    warm_up: float = WARM_UP,
    vacuum: bool = True,
) -> Sample:
    """Let a server assign to these people, each once, and take it back."""
    name = running.server.name
    sign = SIGNS.get(name, SIGN)
    told, sample = measured(
        _spec(running, people, connections=connections, warm_up=warm_up, seconds=seconds), running, database
    )
    made, refused = await connection.fetchval(MADE), told["answers"] + told["uncounted"] - told["containing"][sign]
    await restore(connection, vacuum=vacuum)
    if set(told["statuses"]) != {"200"} or refused or made != told["containing"][sign]:
        raise WrongAnswerError(f"{LABELS[name]}: {made} licenses, {told}")
    return sample


async def race(site: Site, name: str) -> Race:
    """Let 400 users race for 100 seats. Raises WrongAnswerError unless 100 have one."""
    running = site.servers[name]
    connection = await asyncpg.connect(site.url)
    try:
        await restore(connection)
        people = await assignable(connection, RACE)
        spec = _spec(running, people, connections=RACERS, warm_up=0.0, seconds=60.0)
        told, _ = measured(spec, running, site.database)
        licenses, counted = await connection.fetchval(MADE), await _counted(connection, RACE)
        await restore(connection)
    finally:
        await connection.close()
    sign = SIGNS.get(name, SIGN)
    went = Race(told["seconds"], told["containing"][sign], licenses, counted)
    if told["answers"] != len(people) or {went.answered, licenses, counted} != {RACE.seats}:
        raise WrongAnswerError(f"{LABELS[name]}: {went}, {told}")
    return went


def _spec(
    running: Running, people: list[Assignable], *, connections: int, warm_up: float, seconds: float
) -> dict[str, object]:
    name = running.server.name
    return {
        "port": running.port,
        "connections": connections,
        "warm_up": warm_up,
        "seconds": seconds,
        "once": True,
        "requests": [CALLS[name](who).raw for who in people],
        "count": [SIGNS.get(name, SIGN)],
    }


MADE = "SELECT count(*) FROM licenses WHERE assigned_at > (SELECT at FROM benchmark.made)"


async def _counted(connection: asyncpg.Connection, group: Accounts) -> int:
    return await connection.fetchval(  # pyright: ignore[reportReturnType]
        "SELECT sum(assigned) FROM seat_pools JOIN accounts ON accounts.id = account_id WHERE name = $1",
        f"Company {group.first}",
    )
