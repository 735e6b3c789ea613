"""How long `usher verify` takes where much has happened: each rule by itself."""

import shutil
import sys
from dataclasses import dataclass, replace
from time import perf_counter

import asyncpg

from benchmarks.dataset import Accounts, make_dataset
from benchmarks.postgres import FOLDER, Postgres
from models.database.connection import connect, disconnect, snapshot
from models.invariants import INVARIANTS, check

# 10 001 events each: one purchase, 5 000 assignments, 5 000 activations.
PAST = Accounts(first=1, count=1_000, users=5_001, seats=5_100, licensed=5_000, activated=5_000)
SHORT_PAST = replace(PAST, count=20)
# Twice the space that the events, their rows in other tables, and the sorts of the longest rule take.
FREE_BYTES = 40_000_000_000


@dataclass(frozen=True)
class Verified:
    """How many events there were, and the seconds of each rule."""

    events: int
    seconds: dict[str, float]


async def verify_past(database: Postgres, *, small: bool) -> Verified | None:
    """Check every rule over 10 000 000 events, or 200 000; None where the disk has no room for them."""
    if not small and shutil.disk_usage(FOLDER).free < FREE_BYTES:
        print(f"no verify: it needs {FREE_BYTES // 10**9} GB of disk in {FOLDER}", file=sys.stderr, flush=True)
        return None
    url = await database.make_database("past")
    try:
        await make_dataset(url, SHORT_PAST if small else PAST)
        await connect(url, pool_size=2, answer_within=None)
        try:
            return await _verify(url)
        finally:
            await disconnect()
    finally:
        await database.drop_database("past")


async def _verify(url: str) -> Verified:
    seconds: dict[str, float] = {}
    async with snapshot():
        for invariant in INVARIANTS:
            began = perf_counter()
            finding = await check(invariant)
            seconds[invariant.name] = perf_counter() - began
            if finding.rows:
                raise RuntimeError(f"{invariant.name} is broken by {finding.rows[0]}")
    return Verified(await _events(url), seconds)


async def _events(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval("SELECT count(*) FROM events")
    finally:
        await connection.close()
