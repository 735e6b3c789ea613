"""W4: 500 followers of one account; how long until the last has heard of an assignment, and what each costs."""

import json
import subprocess
import sys
from dataclasses import dataclass

import asyncpg

from benchmarks import calls
from benchmarks.assigning import CALLS
from benchmarks.dataset import STANDARD, assignable, restore, secret
from benchmarks.reading import check_reads, inventory_entries
from benchmarks.servers import ROOT, Running
from benchmarks.turns import Site

FOLLOWERS = 500
CHANGES = 20
# Mercurius tells changes alone, the others begin with the counts as they are.
NOT_GREETED = {"mercurius"}
ACCOUNT = STANDARD.first


@dataclass(frozen=True)
class Following:
    """Milliseconds to the last receipt and to the mutation's answer, for each change; memory for each follower."""

    reached: list[float]
    answered: list[float]
    kib: float
    kib_after: float
    server_cpu: float


async def follow(site: Site, name: str) -> Following:
    """Have a server followed that has just been started: memory that an earlier load has left free would hide what
    followers take. Some polls and one follower come first, so that what is taken once is not told as theirs.
    """
    connection = await asyncpg.connect(site.url)
    try:
        await restore(connection)
        entry = next(each for each in inventory_entries(site.servers) if each.server == name)
        await check_reads([entry], site.servers, site.url, "W1")
        people = [who for who in await assignable(connection, STANDARD) if who.account == ACCOUNT][:CHANGES]
        spec = {
            "port": site.servers[name].port,
            "followers": FOLLOWERS,
            "secret": secret(ACCOUNT),
            "document": calls.FOLLOW,
            "greeted": name not in NOT_GREETED,
            "requests": [CALLS[name](who).raw for who in people],
        }
        _followed(spec | {"followers": 1, "requests": []}, site.servers[name])
        return _followed(spec, site.servers[name])
    finally:
        await restore(connection)
        await connection.close()


def _followed(spec: dict[str, object], running: Running) -> Following:
    before = running.resident
    command = [sys.executable, "-m", "benchmarks.followers"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the followers have no pipes")
        process.stdin.write(json.dumps(spec) + "\n")
        process.stdin.flush()
        process.stdout.readline()
        connected, cpu = running.resident, running.cpu
        process.stdin.write("\n")
        process.stdin.flush()
        line = process.stdout.readline()
        after, used = running.resident, running.cpu - cpu
    told = json.loads(line)
    return Following(
        told["reached"],
        told["answered"],
        kib=(connected - before) * 1024 / FOLLOWERS,
        kib_after=(after - before) * 1024 / FOLLOWERS,
        server_cpu=used * 1000 / CHANGES,
    )
