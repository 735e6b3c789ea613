"""Finding sessions."""

from collections.abc import Sequence
from uuid import UUID

from models.access.credential_conditions import is_valid
from models.database.clock import now
from models.reads.conditions import Condition
from models.reads.rows import Rows
from models.tables import Session

# In a statement that reads the credential as well: valid at the time of the `caller`, and the viewer's own.
LIVE = Condition(is_valid(revoked_at="{row}.revoked_at", expires_at="{row}.expires_at", moment="caller.moment"))
OF_VIEWER = Condition(f"{LIVE.sql} AND {{row}}.user_id = viewer.user_id")


def of_user(user_id: UUID) -> Condition:
    """The sessions of a user."""
    return Condition("{row}.user_id = {value}", user_id)


def live_sessions(account_id: UUID, user_id: UUID | None) -> Rows[Session]:
    """The sessions of an account, or of one of its users, that are neither expired nor ended."""
    valid = Condition(is_valid(revoked_at="{row}.revoked_at", expires_at="{row}.expires_at", moment="{value}"), now())
    whose = [] if user_id is None else [of_user(user_id)]
    return Rows(Session, account_id, [valid, *whose])


async def sessions_by_id(account_id: UUID, ids: Sequence[UUID]) -> dict[UUID, Session]:
    """Sessions of an account by id, ended ones too."""
    return {row.id: row async for row in Session.filter(account_id=account_id, id__in=list(ids))}
