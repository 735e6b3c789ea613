"""Replacing the secret of a key while its integration goes on."""

from datetime import timedelta
from uuid import UUID

from models.access.credentials import reauthenticate
from models.access.secrets import new_key_secret
from models.access.viewer import Viewer
from models.database.clock import now
from models.errors import InvalidInput, NotFound
from models.events.events import EventType, record_event
from models.limits.rate_limits import spend
from models.operations.integrations.create_api_key import ApiKeyIssued
from models.permissions import Permission
from models.reads.api_keys import ApiKeyState, state_of
from models.rules.account_allowances import API_KEYS_ROTATED
from models.rules.account_transaction import viewer_transaction
from models.rules.api_keys import add_secret, find_key
from models.rules.inputs import Inputs
from models.tables import ApiKey, ApiKeySecret

LONGEST_OVERLAP = timedelta(days=30)
MOST_REPLACED = 10


async def rotate_api_key(viewer: Viewer, *, api_key_id: UUID, overlap: timedelta) -> ApiKeyIssued:
    """Give a key a new secret; those it has work for `overlap` longer, none longer than it would have.

    At most 10 replaced ones work beside the newest. The secret has all rights of the key, so the viewer must have
    them. Raises NotPermitted, InvalidInput, RateLimited, NotFound also where the key was revoked or has expired.
    """
    viewer.require(Permission.MANAGE_INTEGRATIONS)
    inputs = Inputs()
    inputs.overlap("overlapMinutes", overlap, most=LONGEST_OVERLAP)
    inputs.refuse_bad()
    await spend(API_KEYS_ROTATED, str(viewer.account_id))
    secret = new_key_secret()
    async with viewer_transaction(viewer, Permission.MANAGE_INTEGRATIONS) as account:
        key = await find_key(account, api_key_id)
        if state_of(key) is not ApiKeyState.ACTIVE:
            raise NotFound("ApiKey", api_key_id)
        (await reauthenticate(viewer)).require_all(map(Permission, key.scopes))
        ends_at = now() + overlap
        working = ApiKeySecret.filter(account_id=account.id, api_key_id=key.id)
        if overlap and await working.filter(expires_at__gt=now()).count() >= MOST_REPLACED:
            text = f"The key has {MOST_REPLACED} secrets that still work beside its newest. Use 0 to end them."
            raise InvalidInput([(("overlapMinutes",), text)])
        await working.filter(expires_at=None).update(expires_at=ends_at)
        await working.filter(expires_at__gt=ends_at).update(expires_at=ends_at)
        await _forget_ended(key)
        await add_secret(key, secret)
        await record_event(account, EventType.API_KEY_ROTATED, by=viewer.actor_id, data={"api_key_id": key.id})
    return ApiKeyIssued(key, secret)


async def _forget_ended(key: ApiKey) -> None:
    """Of secrets that work no more, the newest are enough to see when the key was used."""
    ended = ApiKeySecret.filter(account_id=key.account_id, api_key_id=key.id, expires_at__lte=now())
    older = await ended.order_by("-id").offset(MOST_REPLACED).values_list("id", flat=True)
    if older:
        await ApiKeySecret.filter(id__in=older).delete()
