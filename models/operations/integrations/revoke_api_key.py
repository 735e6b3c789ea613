"""Ending a key at once."""

from uuid import UUID

from models.access.viewer import Viewer
from models.database.clock import now
from models.events.events import EventType, record_event
from models.permissions import Permission
from models.rules.account_transaction import viewer_transaction
from models.rules.api_keys import find_key
from models.tables import ApiKey


async def revoke_api_key(viewer: Viewer, *, api_key_id: UUID) -> ApiKey:
    """End a key: none of its secrets works any more. Ending it again changes nothing.

    Raises NotPermitted, NotFound.
    """
    async with viewer_transaction(viewer, Permission.MANAGE_INTEGRATIONS) as account:
        key = await find_key(account, api_key_id)
        if key.revoked_at is None:
            key.revoked_at = now()
            await key.save(update_fields=["revoked_at"])
            await record_event(account, EventType.API_KEY_REVOKED, by=viewer.actor_id, data={"api_key_id": key.id})
    return key
