"""Ending a session."""

from models.access.viewer import Viewer
from models.database.clock import now
from models.database.connection import transaction
from models.tables import Session


async def sign_out(viewer: Viewer) -> None:
    """Revoke the session the viewer came with; its cookie or token works nowhere any more."""
    async with transaction():
        await Session.filter(id=viewer.credential_id, revoked_at=None).update(revoked_at=now())
