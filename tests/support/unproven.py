"""Accounts that nobody has proved."""

from datetime import timedelta
from uuid import UUID

from models.access.anonymous_caller import AnonymousCaller, Network
from models.database.connection import fetch
from models.operations.sign_in.open_account import open_account
from models.tables import User
from tests.support.unchanged import tables

ANYWHERE = AnonymousCaller((Network("anywhere"),), 1_000, 1_000, 100_000)


async def open_unproven(email: str) -> User:
    """Open an account as anybody can; returns its user."""
    opened = await open_account(
        company_name="Squat Inc", email=email, first_name="Sam", last_name="Squat", locale="en", caller=ANYWHERE
    )
    return opened.user


async def let_pass(account_id: UUID, time: timedelta) -> None:
    """Have everything of an account have happened so much earlier."""
    await fetch("UPDATE accounts SET created_at = created_at - $2::interval WHERE id = $1", account_id, time)
    await fetch("UPDATE events SET occurred_at = occurred_at - $2::interval WHERE account_id = $1", account_id, time)
    await fetch(
        "UPDATE tokens SET created_at = created_at - $2::interval, expires_at = expires_at - $2::interval"
        " WHERE account_id = $1",
        account_id,
        time,
    )


async def traces_of(user: User) -> dict[str, int]:
    """How many rows name a user or their account, by table; and requests of the address, which name nobody."""
    found = {}
    for table in await tables():
        row = await fetch(
            f"SELECT count(*) FROM {table} AS t WHERE to_jsonb(t)::text LIKE ANY($1)",
            [f"%{user.id}%", f"%{user.account_id}%"],
        )
        found[table] = row[0]["count"]
    return {table: number for table, number in found.items() if number}
