"""Ending a session."""

from models.clock import now
from models.database import transaction
from models.tables import Session
from models.viewer import Viewer


async def sign_out(viewer: Viewer) -> None:
    """Revoke the session the viewer came with; its cookie or token works nowhere any more."""
    async with transaction():
        await Session.filter(id=viewer.credential_id, revoked_at=None).update(revoked_at=now())
