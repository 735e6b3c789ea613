"""The records of a change beside its rows: events, versions and counts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import orjson

from models.database.connection import fetch
from models.invariants import INVARIANTS, check
from models.tables import Account
from tests.support.company import Company

Event = dict[str, Any]


@asynccontextmanager
async def records(company: Company, *types: str, by: UUID | None = None) -> AsyncIterator[list[Event]]:
    """Fail unless the block records exactly these events for the company, in order, without a gap in the versions.

    The events are in the list once the block has ended. `by` is who acts, the administrator unless given.
    """
    before = await account_version(company.account_id)
    known = [row["id"] for row in await fetch("SELECT id FROM events")]
    found: list[Event] = []
    yield found
    found.extend(await _events_besides(known))
    assert [event["type"] for event in found] == list(types)
    assert [event["version"] for event in found] == list(range(before + 1, before + 1 + len(types)))
    assert {event["account_id"] for event in found} <= {company.account_id}
    assert {event["actor_id"] for event in found} <= {by or company.viewer.user_id}
    assert await account_version(company.account_id) == before + len(types)


async def account_version(account_id: UUID) -> int:
    """The version of an account now."""
    return (await Account.get(id=account_id)).version


async def broken_invariants() -> dict[str, list[dict[str, Any]]]:
    """The rules that do not hold, with the rows that break them."""
    findings = [await check(invariant) for invariant in INVARIANTS]
    return {finding.invariant.name: finding.rows for finding in findings if finding.rows}


def counts_json(company: Company, code: str, purchased: int, assigned: int, activated: int) -> dict[str, Any]:
    """The counts of a pool as an event carries them."""
    return {
        "account_id": str(company.account_id),
        "package_id": str(company.packages[code].id),
        "purchased": purchased,
        "assigned": assigned,
        "activated": activated,
    }


async def _events_besides(known: list[UUID]) -> list[Event]:
    rows = await fetch(
        "SELECT id, account_id, version, type, actor_id, data, pools FROM events"
        " WHERE id <> ALL($1) ORDER BY version",
        known,
    )
    return [
        row | {"data": orjson.loads(row["data"]), "pools": orjson.loads(row["pools"]) if row["pools"] else None}
        for row in rows
    ]
