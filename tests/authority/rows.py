"""Every row of the database: reading them all, seeing whose changed, and putting them back as they were."""

from collections.abc import Iterator
from graphlib import TopologicalSorter
from typing import Any

import orjson

from models.database.connection import fetch, transaction
from tests.support.unchanged import row_of, tables

# A table and one of its rows as JSON; two readings of an unchanged row are the same text.
AllRows = frozenset[tuple[str, str]]


# Every call spends an allowance.
UNTOLD = {"allowances_spent"}


async def read_all_rows() -> AllRows:
    """Every row of every table, in one statement, so that they belong together.

    Without the moment when a key was last used: see `tests.support.unchanged.NOTED`.
    """
    selects = [
        f"SELECT '{table}' AS name, {row_of(table)} AS row FROM {table} AS t"
        for table in await tables()
        if table not in UNTOLD
    ]
    return frozenset((found["name"], found["row"]) for found in await fetch(" UNION ALL ".join(selects)))


async def put_back(kept: AllRows) -> None:
    """Make the rows those that were read before."""
    by_table: dict[str, list[str]] = {}
    for table, row in kept:
        by_table.setdefault(table, []).append(row)
    order = await _referred_to_first()
    async with transaction():
        await fetch(f"TRUNCATE {', '.join(order)}")
        for table in order:
            # Triggers write what was written before.
            await fetch(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            await fetch(
                f"INSERT INTO {table} SELECT * FROM jsonb_populate_recordset(NULL::{table}, $1)",
                f"[{','.join(by_table.get(table, []))}]",
            )
            await fetch(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def accounts_in(rows: AllRows) -> set[str]:
    """The ids of the accounts that rows belong to; the catalogue belongs to none."""
    return {account for table, row in decoded(rows) if (account := account_of(table, row))}


def decoded(rows: AllRows) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rows, each with its table."""
    for table, row in rows:
        yield table, orjson.loads(row)


def account_of(table: str, row: dict[str, Any]) -> str | None:
    """The id of the account that a row belongs to."""
    return row["id"] if table == "accounts" else row.get("account_id")


def user_of(table: str, row: dict[str, Any]) -> str | None:
    """The id of the user whose own a row is, or of the API key."""
    own = row.get("user_id") or row.get("buyer_id") or row.get("api_key_id")
    return row["id"] if table == "users" else own


async def _referred_to_first() -> list[str]:
    """The tables, each after those that its foreign keys refer to."""
    sorter = TopologicalSorter({table: set() for table in await tables()})
    for reference in await fetch(
        "SELECT conrelid::regclass::text AS one, confrelid::regclass::text AS other"
        " FROM pg_constraint WHERE contype = 'f' AND conrelid <> confrelid"
    ):
        sorter.add(reference["one"], reference["other"])
    return list(sorter.static_order())
