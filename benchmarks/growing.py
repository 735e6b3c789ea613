"""Growth: polls and assignments in accounts of 100 to 1 000 000 seats, lists in accounts of 100 to 500 000 users.

The poll among 1 to 10 000 accounts, claims among 1 000 to 1 000 000 mails that wait, and `usher verify` over
10 000 000 events.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import asyncpg

from benchmarks import calls
from benchmarks.assigning import assigned_in
from benchmarks.dataset import STANDARD, Accounts, assignable, make_dataset
from benchmarks.mailing import claims_among, sent_in_a_second
from benchmarks.postgres import Postgres
from benchmarks.servers import USHER, running
from benchmarks.turns import Entry, Site, take_turn
from benchmarks.verifying import Verified, verify_past

# By their seats. All have users left who can be given one.
SIZES = {
    100: Accounts(first=1, count=1, users=100, seats=100, licensed=50, activated=25),
    10_000: Accounts(first=2, count=1, users=9_000, seats=10_000, licensed=8_000, activated=5_000),
    1_000_000: Accounts(first=3, count=1, users=801_000, seats=1_000_000, licensed=800_000, activated=500_000),
}
# By their users. Those without a license are the last ones in the order of the list.
LISTED = {
    100: SIZES[100],
    9_000: SIZES[10_000],
    500_000: Accounts(first=4, count=1, users=500_000, seats=450_000, licensed=400_000, activated=300_000),
}
ALIKE = Accounts(first=1, users=20, seats=40, licensed=12, activated=8)
COUNTS = [1, 100, 10_000]
ASSIGNED = 45
ASSIGN_ROUNDS = 3


@dataclass
class Growth:
    """Milliseconds for each request or claim, by how much there is, each measured several times."""

    polls: dict[int, list[float]] = field(default_factory=dict)
    assignments: dict[int, list[float]] = field(default_factory=dict)
    polls_among: dict[int, list[float]] = field(default_factory=dict)
    lists: dict[str, dict[int, list[float]]] = field(default_factory=dict)
    claims: dict[int, list[float]] = field(default_factory=dict)
    mails: list[float] = field(default_factory=list)
    verified: Verified | None = None


async def grow(database: Postgres, logs: Path, seconds: float, rounds: int, *, small: bool = False) -> Growth:
    """Measure Usher on each size, in turns. `small` leaves the largest out, and verifies 200 000 events."""
    growth = Growth()
    sizes = {seats: group for seats, group in SIZES.items() if not small or seats < max(SIZES)}
    listed = {users: group for users, group in LISTED.items() if not small or users < max(LISTED)}
    url = await database.make_database("sizes")
    await make_dataset(url, *sizes.values(), *(group for group in listed.values() if group not in sizes.values()))
    with running(USHER, url, logs / "usher.log") as usher:
        site = Site({"usher": usher}, database, url)
        for _ in range(rounds):
            for seats, group in sizes.items():
                entry = Entry("usher", f"{seats} seats", [calls.query(calls.INVENTORY, group.first)])
                _note(growth.polls, seats, 1000 / take_turn(entry, site, seconds).rps)
            for name, document in calls.LISTS.items():
                for users, group in listed.items():
                    entry = Entry("usher", f"{name}, {users} users", [calls.query(document, group.first)])
                    # One after the other: those who ask the same at once are answered together.
                    sample = take_turn(entry, site, seconds, connections=1)
                    _note(growth.lists.setdefault(name, {}), users, sample.milliseconds["50"])
        await _assign(growth, sizes, site, rounds * ASSIGN_ROUNDS)
    with ExitStack() as stack:
        among = await _neighbourhoods(stack, database, logs, small=small)
        for _ in range(rounds):
            for count, (site, entry) in among.items():
                _note(growth.polls_among, count, 1000 / take_turn(entry, site, seconds).rps)
    growth.claims = await claims_among(database, small=small)
    growth.mails = await sent_in_a_second(database, logs, rounds)
    growth.verified = await verify_past(database, small=small)
    return growth


async def _assign(growth: Growth, sizes: Mapping[int, Accounts], site: Site, rounds: int) -> None:
    """One after the other, because an account's assignments wait for each other anyway."""
    connection = await asyncpg.connect(site.url)
    try:
        people = {seats: (await assignable(connection, group))[:ASSIGNED] for seats, group in sizes.items()}
        for _ in range(rounds):
            for seats, some in people.items():
                sample = await assigned_in(
                    connection,
                    site.servers["usher"],
                    site.database,
                    some,
                    60.0,
                    connections=1,
                    warm_up=0.0,
                    vacuum=False,
                )
                _note(growth.assignments, seats, sample.milliseconds["50"])
    finally:
        await connection.close()


async def _neighbourhoods(
    stack: ExitStack, database: Postgres, logs: Path, *, small: bool
) -> dict[int, tuple[Site, Entry]]:
    among: dict[int, tuple[Site, Entry]] = {}
    for count in COUNTS[: 2 if small else None]:
        url = await database.make_database(f"accounts_{count}")
        await make_dataset(url, replace(ALIKE, count=count))
        usher = stack.enter_context(running(USHER, url, logs / "usher.log"))
        # No more than are asked in the other workloads: what is measured is the database, not the client.
        step = max(1, count // STANDARD.count)
        polls = [calls.query(calls.INVENTORY, account) for account in range(1, count + 1, step)]
        among[count] = (Site({"usher": usher}, database, url), Entry("usher", f"{count} accounts", polls))
    return among


def _note(times: dict[int, list[float]], key: int, milliseconds: float) -> None:
    times.setdefault(key, []).append(milliseconds)
