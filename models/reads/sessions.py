"""Finding sessions."""

from collections.abc import Sequence
from uuid import UUID

from tortoise.queryset import QuerySet

from models.clock import now
from models.tables import Session


def live_sessions(account_id: UUID, user_id: UUID | None) -> QuerySet[Session]:
    """The sessions of an account, or of one of its users, that are neither expired nor ended."""
    live = Session.filter(account_id=account_id, revoked_at=None, expires_at__gt=now())
    return live if user_id is None else live.filter(user_id=user_id)


async def sessions_by_id(account_id: UUID, ids: Sequence[UUID]) -> dict[UUID, Session]:
    """Sessions of an account by id, ended ones too."""
    return {row.id: row async for row in Session.filter(account_id=account_id, id__in=list(ids))}
