"""The data of right answers, read from the tables by plain statements."""

from typing import Any

import asyncpg

from benchmarks.dataset import secret

ACCOUNT = """
SELECT account_id FROM sessions WHERE hash = sha256(convert_to($1, 'UTF8'))
"""


async def expected_inventory(connection: asyncpg.Connection, account: int) -> Any:
    """The right data of W1 for an account, in the shape of `calls.inventory_in`."""
    account_id = await connection.fetchval(ACCOUNT, secret(account))
    version = await connection.fetchval("SELECT version FROM accounts WHERE id = $1", account_id)
    rows = await connection.fetch(
        "SELECT code, purchased, assigned, activated, purchased - assigned FROM packages"
        " JOIN seat_pools ON package_id = packages.id WHERE account_id = $1 ORDER BY tier",
        account_id,
    )
    return str(version), [tuple(row) for row in rows]


async def expected_users(connection: asyncpg.Connection, account: int) -> Any:
    """The right data of W2 for an account, in the shape of `calls.users_in`."""
    account_id = await connection.fetchval(ACCOUNT, secret(account))
    total: int = await connection.fetchval("SELECT count(*) FROM users WHERE account_id = $1", account_id)  # pyright: ignore[reportAssignmentType]
    rows = await connection.fetch(
        "SELECT email, first_name, last_name, code, name FROM users JOIN licenses ON user_id = users.id"
        " JOIN packages ON packages.id = package_id"
        " WHERE users.account_id = $1 AND ended_at IS NULL ORDER BY users.id LIMIT 50",
        account_id,
    )
    page = [(*row[:3], tuple(row[3:])) for row in (tuple(each) for each in rows)]
    return total, page, total > 50, True, True
