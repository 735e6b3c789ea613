"""Ending a session from elsewhere: a lost telephone, a machine that others use."""

from uuid import UUID

from models.access.credentials import reauthenticate
from models.access.viewer import Viewer
from models.database.clock import now
from models.database.connection import transaction
from models.errors import NotFound
from models.permissions import Permission
from models.tables import Session


async def revoke_session(viewer: Viewer, *, session_id: UUID) -> Session:
    """End a session of the viewer's own, or with MANAGE_USERS one of anybody in the account.

    Its cookie or token works nowhere any more. Ending what has ended answers the same again. Raises NotFound;
    Unauthenticated when the viewer's own session has ended meanwhile.
    """
    async with transaction():
        current = await reauthenticate(viewer)
        found = Session.filter(id=session_id, account_id=viewer.account_id)
        if not current.may(Permission.MANAGE_USERS):
            found = found.filter(user_id=viewer.user_id)
        session = await found.get_or_none()
        if session is None:
            raise NotFound("Session", session_id)
        await Session.filter(id=session_id, revoked_at=None).update(revoked_at=now())
        await session.refresh_from_db(fields=["revoked_at"])
    return session
