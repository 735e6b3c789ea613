"""W1 and W2: the partner's poll, and the page of users."""

import http.client
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import asyncpg

from benchmarks import calls
from benchmarks.calls import Call
from benchmarks.dataset import STANDARD
from benchmarks.expected import expected_inventory, expected_users
from benchmarks.servers import Running
from benchmarks.turns import Entry, Site, Turns, ask, check, take_turn

ACCOUNTS = range(STANDARD.first, STANDARD.first + STANDARD.count)
# The account that is polled again and again.
ONE = STANDARD.first


def inventory_entries(servers: Mapping[str, Running], accounts: Sequence[int] = ACCOUNTS) -> list[Entry]:
    """W1 for the servers that are there; the floor comes first."""
    polls = _graphql(calls.INVENTORY, accounts)
    entries = [
        Entry("floor", "floor", [calls.floor("/inventory", account) for account in accounts], sign='"data"'),
        Entry("usher", "Usher", polls),
    ]
    if "usher" in servers:
        entries.append(_not_modified(servers["usher"].port))
    entries += [
        Entry("mercurius", "Mercurius 16 + JIT", polls),
        Entry("postgraphile", "PostGraphile 5", _graphql(calls.POSTGRAPHILE_INVENTORY, accounts)),
        Entry("usual", "Strawberry + Tortoise, as usual", polls),
    ]
    return [entry for entry in entries if entry.server in servers]


def users_entries(servers: Mapping[str, Running], accounts: Sequence[int] = ACCOUNTS) -> list[Entry]:
    """W2 for the servers that are there; the floor comes first."""
    pages = _graphql(calls.USERS, accounts)
    entries = [
        Entry("floor", "floor", [calls.floor("/users", account) for account in accounts], sign='"data"'),
        Entry("usher", "Usher", pages),
        Entry("usher", "Usher, with `viewer` beside it", _graphql(calls.USERS_AND_VIEWER, accounts)),
        Entry("mercurius", "Mercurius 16 + JIT", pages),
        Entry("postgraphile", "PostGraphile 5", _graphql(calls.POSTGRAPHILE_USERS, accounts)),
        Entry("usual", "Strawberry + Tortoise, as usual", pages),
    ]
    return [entry for entry in entries if entry.server in servers]


async def check_reads(entries: list[Entry], servers: Mapping[str, Running], url: str, workload: str) -> None:
    """Compare every answer with the tables. Raises WrongAnswerError."""
    read, shown = _of(workload)
    connection = await asyncpg.connect(url)
    try:
        asked = {call.account for entry in entries for call in entry.calls}
        expected = {account: await read(connection, account) for account in asked}
    finally:
        await connection.close()
    for entry in entries:
        check(entry, servers[entry.server].port, lambda call: expected[call.account], shown)


def read_round(entries: list[Entry], site: Site, turns: Turns, seconds: float, number: int) -> None:
    """One round: each entry has its turn, begun by another one each time."""
    start = number % len(entries)
    for entry in entries[start:] + entries[:start]:
        turns.add(entry.label, take_turn(entry, site, seconds))


def _of(workload: str) -> tuple[Callable[..., Any], Callable[[Any], Any]]:
    if workload == "W1":
        return expected_inventory, calls.inventory_in
    return expected_users, calls.users_in


def _graphql(document: str, accounts: Sequence[int]) -> list[Call]:
    return [calls.query(document, account) for account in accounts]


def _not_modified(port: int) -> Entry:
    poll = calls.query(calls.INVENTORY, ONE)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    _, _, headers = ask(connection, poll)
    connection.close()
    tagged = replace(poll, headers={"If-None-Match": headers["etag"]})
    return Entry("usher", "Usher, the same poll with If-None-Match", [tagged], status=304, sign="")
