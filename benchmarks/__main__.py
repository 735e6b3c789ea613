"""The command: `python -m benchmarks --help`."""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import asyncpg
import uvloop

from benchmarks.assigning import assign_round, race
from benchmarks.chart import chart
from benchmarks.dataset import RACE, STANDARD, make_dataset
from benchmarks.expected import expected_inventory
from benchmarks.following import follow
from benchmarks.growing import grow
from benchmarks.postgres import FOLDER, Postgres, postgres
from benchmarks.reading import check_reads, inventory_entries, read_round, users_entries
from benchmarks.report import full_report, short_report
from benchmarks.results import Results, new_results
from benchmarks.servers import HERE, ROOT, SERVERS, Server, running
from benchmarks.starting import start_once
from benchmarks.turns import Site, Turns

EVERYTHING = ["W1", "W2", "W3", "W4", "W5", "growth"]
FOLLOWED = ["usher", "mercurius", "usual"]
STARTS = 3
BEGIN, END = "<!-- measured -->", "<!-- /measured -->"


def main() -> None:
    """Measure what is asked for, and tell."""
    asked = _arguments()
    servers = [server for server in SERVERS if server.name in asked.servers]
    _require_node_modules(servers)
    FOLDER.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with postgres() as database:
        results = uvloop.run(_measure(asked, servers, database))
    report = full_report(results)
    print(f"\n{report}\n\nIt took {time.monotonic() - began:.0f} seconds.")
    (FOLDER / "report.md").write_text(report + "\n")
    (FOLDER / "performance.svg").write_text(chart(results))
    if asked.write:
        _write(results)


async def _measure(asked: argparse.Namespace, servers: list[Server], database: Postgres) -> Results:
    results = new_results(await database.version(), asked.seconds, asked.rounds)
    url = await _prepared(database)
    wanted = set(asked.only)
    with ExitStack() as stack:
        up = {server.name: stack.enter_context(running(server, url, _log(server))) for server in servers}
        site = Site(up, database, url)
        if wanted & {"W1", "W2"}:
            await _read(asked, site, results)
        if "W3" in wanted:
            await _assign(asked, site, results)
    if "W4" in wanted:
        await _follow(servers, database, url, results)
    if "W5" in wanted:
        await _start(servers, url, results)
    if "growth" in wanted and "usher" in asked.servers:
        _say("growth: making the accounts")
        results.growth = await grow(database, FOLDER, asked.seconds, asked.rounds, small=asked.quick)
    return results


async def _prepared(database: Postgres) -> str:
    _say("making 200 accounts")
    url = await database.make_database("usher_benchmark")
    await make_dataset(url, STANDARD, RACE)
    connection = await asyncpg.connect(url)
    try:
        await connection.execute((HERE / "postgraphile" / "schema.sql").read_text())
    finally:
        await connection.close()
    return url


async def _read(asked: argparse.Namespace, site: Site, results: Results) -> None:
    of = {"W1": inventory_entries, "W2": users_entries}
    for workload, entries_of in of.items():
        if workload not in asked.only:
            continue
        entries, turns = entries_of(site.servers), Turns()
        _say(f"{workload}: checking the answers")
        await check_reads(entries, site.servers, site.url, workload)
        for number in _rounds(asked, workload):
            read_round(entries, site, turns, asked.seconds, number)
        # As they are listed, not as their turns came.
        turns.samples = {entry.label: turns.samples[entry.label] for entry in entries}
        results.turns[workload] = turns


async def _assign(asked: argparse.Namespace, site: Site, results: Results) -> None:
    turns = results.turns["W3"] = Turns()
    for _ in _rounds(asked, "W3"):
        await assign_round(site, turns, asked.seconds)
    for name in site.servers:
        results.races[name] = await race(site, name)


async def _follow(servers: list[Server], database: Postgres, url: str, results: Results) -> None:
    for server in (each for each in servers if each.name in FOLLOWED):
        _say(f"W4 {server.name}")
        with running(server, url, _log(server)) as fresh:
            results.followings[server.name] = await follow(Site({server.name: fresh}, database, url), server.name)


async def _start(servers: list[Server], url: str, results: Results) -> None:
    connection = await asyncpg.connect(url)
    try:
        expected = await expected_inventory(connection, STANDARD.first)
    finally:
        await connection.close()
    for number in range(STARTS):
        _say(f"W5 start {number + 1} of {STARTS}")
        for server in servers:
            results.starts.setdefault(server.name, []).append(start_once(server, url, _log(server), expected))


def _rounds(asked: argparse.Namespace, workload: str) -> Iterator[int]:
    for number in range(asked.rounds):
        _say(f"{workload} round {number + 1} of {asked.rounds}")
        yield number


def _write(results: Results) -> None:
    """Put the results where people read them."""
    _between(ROOT / "docs" / "performance.md", full_report(results))
    _between(ROOT / "README.md", short_report(results))
    (ROOT / "docs" / "performance.svg").write_text(chart(results))


def _between(path: Path, text: str) -> None:
    before, _, rest = path.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    path.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}")


def _log(server: Server) -> Path:
    return FOLDER / f"{server.name}.log"


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _require_node_modules(servers: list[Server]) -> None:
    missing = [each.name for each in servers if (HERE / each.name / "package.json").exists()]
    missing = [name for name in missing if not (HERE / name / "node_modules").exists()]
    if missing:
        sys.exit(f"{' and '.join(missing)}: run `make bench`, which installs them, or leave them out by --servers.")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Usher beside other servers.")
    parser.add_argument("--only", type=_names(EVERYTHING), default=EVERYTHING, help=f"of {','.join(EVERYTHING)}")
    known = [server.name for server in SERVERS]
    parser.add_argument("--servers", type=_names(known), default=known, help=f"of {','.join(known)}")
    parser.add_argument("--seconds", type=float, default=1.5, help="how long a turn takes")
    parser.add_argument("--rounds", type=int, default=5, help="how many turns each has")
    parser.add_argument("--quick", action="store_true", help="two short rounds, and no account of 1 000 000 seats")
    parser.add_argument("--write", action="store_true", help="write README.md and docs/performance.md, .svg as well")
    asked = parser.parse_args()
    if asked.quick:
        asked.seconds, asked.rounds = 0.5, 2
    if asked.write and (asked.quick or set(asked.only) != set(EVERYTHING) or set(asked.servers) != set(known)):
        parser.error("--write is for a whole run")
    return asked


def _names(known: list[str]) -> Callable[[str], list[str]]:
    def names(text: str) -> list[str]:
        given = text.split(",")
        if unknown := set(given) - set(known):
            raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}: not one of {', '.join(known)}")
        return given

    return names


if __name__ == "__main__":
    main()
