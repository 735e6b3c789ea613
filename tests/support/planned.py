"""What a plan answers to whoever belongs to an account, without a credential."""

from typing import Any
from uuid import UUID

from models.clock import now
from models.database import run_alone
from plans.plan import Bound


async def answered(bound: Bound, account_id: UUID) -> dict[str, Any]:
    """The data of the answer."""
    asking = (
        f"SELECT '{account_id}'::uuid AS account_id, NULL::uuid AS event_id, 0 AS catalogue_version,"
        " NULL::timestamptz AS revoked_at, NULL::timestamptz AS expires_at, NULL AS locale"
    )
    [row] = await run_alone(bound.statement(asking), [b""], [None], [None], now(), *bound.values)
    return bound.answer(row)
