"""The types of events, and recording them."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from models.database.clock import now
from models.database.connection import execute_many, fetch_one
from models.database.ids import new_id
from models.database.json import to_json
from models.reads.inventory import PoolCounts
from models.tables import Account


class EventType(StrEnum):
    """The type of an event. The name of a notice is the name of its event, with an underscore for the dot."""

    ACCOUNT_OPENED = "account.opened"
    SIGN_IN_REQUESTED = "sign_in.requested"
    USER_ADDED = "user.added"
    USER_ROLE_CHANGED = "user.role_changed"
    DOMAIN_ADDED = "domain.added"
    DOMAIN_APPROVED = "domain.approved"
    DOMAIN_REFUSED = "domain.refused"
    DOMAIN_WITHDRAWN = "domain.withdrawn"
    PURCHASE_VALIDATED = "purchase.validated"
    PURCHASE_ACCEPTED = "purchase.accepted"
    PURCHASE_COMPLETED = "purchase.completed"
    PURCHASE_FAILED = "purchase.failed"
    PURCHASE_CANCELLED = "purchase.cancelled"
    API_KEY_CREATED = "api_key.created"
    API_KEY_ROTATED = "api_key.rotated"
    API_KEY_REVOKED = "api_key.revoked"
    LICENSE_ASSIGNED = "license.assigned"
    LICENSE_CHANGED = "license.changed"
    LICENSE_TRANSFERRED = "license.transferred"
    LICENSE_REMOVED = "license.removed"
    LICENSE_ACTIVATED = "license.activated"
    ACTIVATION_LINK_SENT = "activation_link.sent"


async def record_event(
    account: Account,
    event_type: EventType,
    *,
    by: UUID | None,
    data: dict[str, Any],
    pools: Sequence[PoolCounts] = (),
    event_id: UUID | None = None,
) -> UUID:
    """Move the account to its next version and write the event of that version; returns the event's id.

    Runs inside the account's transaction. `by` is the acting user or API key, null for the system. `pools` are
    the counts after the change, for an event that moves seats.
    """
    event_id = event_id or new_id()
    row = await fetch_one(
        """
        WITH account AS (UPDATE accounts SET version = version + 1 WHERE id = $2 RETURNING version)
        INSERT INTO events (id, account_id, version, type, actor_id, occurred_at, data, pools)
        SELECT $1, $2, account.version, $3, $4, $5, $6, $7 FROM account
        RETURNING version
        """,
        event_id,
        account.id,
        event_type.value,
        by,
        now(),
        to_json(data),
        to_json([pool.as_json() for pool in pools]) if pools else None,
    )
    account.version = (row or {})["version"]
    return event_id


async def record_user_events(event_type: EventType, happened: Sequence[tuple[UUID, UUID, datetime]]) -> None:
    """Write events that concern a user alone: they have no version and do not move the account.

    Each is a user's id, their account's, and when it happened.
    """
    await execute_many(
        "INSERT INTO events (id, account_id, type, actor_id, occurred_at, data) VALUES ($1, $2, $3, $4, $5, $6)",
        [
            (new_id(), account_id, event_type.value, user_id, at, to_json({"user_id": user_id}))
            for user_id, account_id, at in happened
        ],
    )
