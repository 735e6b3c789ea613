"""The answer of a plan to a viewer, or to any viewer of an account, without a credential."""

from json import dumps
from typing import Any
from uuid import UUID

from engine.sql.plan import BoundPlan
from models.access.viewer import Viewer
from models.database.clock import now
from models.database.connection import run_alone

NIL = UUID(int=0)


async def answered(bound: BoundPlan, account_id: UUID, viewer: Viewer | None = None) -> dict[str, Any]:
    """The data of the answer."""
    statement, values = asked(bound, account_id, viewer)
    [row] = await run_alone(statement, *values)
    return bound.answer(row)


def asked(bound: BoundPlan, account_id: UUID, viewer: Viewer | None = None) -> tuple[str, list[Any]]:
    """The statement that is sent, and its values. The account is a row of its own, so that nothing is known of it."""
    known = viewer or Viewer(account_id, frozenset(), NIL, NIL, None)
    ids = {
        "credential_id": known.credential_id,
        "buyer_id": known.buyer_id,
        "user_id": known.user_id,
        "api_key_id": known.api_key_id,
    }
    columns = [f"{_literal(each)}::uuid AS {name}" for name, each in ids.items()]
    asking = (
        "SELECT id AS account_id, version AS account_version, NULL::timestamptz AS revoked_at,"
        f" NULL::timestamptz AS expires_at, NULL AS locale, NULL AS role, '{dumps([*known.permissions])}' AS scopes,"
        f" {', '.join(columns)} FROM accounts WHERE id = '{account_id}'"
    )
    return bound.statement(asking), [[b""], now(), *bound.values]


def _literal(value: UUID | None) -> str:
    return "NULL" if value is None else f"'{value}'"
