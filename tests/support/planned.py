"""What a plan answers to whoever belongs to an account, without a credential."""

from typing import Any
from uuid import UUID

from engine.sql.plan import Bound
from models.database.clock import now
from models.database.connection import run_alone


async def answered(bound: Bound, account_id: UUID) -> dict[str, Any]:
    """The data of the answer."""
    statement, values = asked(bound, account_id)
    [row] = await run_alone(statement, *values)
    return bound.answer(row)


def asked(bound: Bound, account_id: UUID) -> tuple[str, list[Any]]:
    """The statement that is sent, and its values. The account is a row of its own, so that nothing is known of it."""
    asking = (
        "SELECT id AS account_id, NULL::timestamptz AS revoked_at,"
        f" NULL::timestamptz AS expires_at, NULL AS locale FROM accounts WHERE id = '{account_id}'"
    )
    return bound.statement(asking), [[b""], now(), *bound.values]
