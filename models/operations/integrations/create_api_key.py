"""Giving an integration a key."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from models.access.secrets import new_key_secret
from models.access.viewer import Viewer
from models.database.clock import now
from models.errors import InvalidInput
from models.events.events import EventType, record_event
from models.limits.rate_limits import spend
from models.permissions import Permission
from models.rules.account_allowances import API_KEYS_MADE
from models.rules.account_transaction import viewer_transaction
from models.rules.api_keys import add_secret, live_keys
from models.rules.inputs import Inputs
from models.tables import ApiKey

MOST_API_KEYS = 100


@dataclass(frozen=True)
class ApiKeyIssued:
    """The key, and its new secret, which is shown once and stored nowhere."""

    api_key: ApiKey
    secret: str


async def create_api_key(
    viewer: Viewer,
    *,
    name: str,
    scopes: Sequence[Permission],
    expires_at: datetime | None = None,
    networks: Sequence[str] | None = None,
) -> ApiKeyIssued:
    """Make a key that may do what `scopes` say, of what the viewer may do.

    With `networks` it works from there alone. An account has at most 100 keys that work.
    Raises NotPermitted, InvalidInput, RateLimited.
    """
    viewer.require(Permission.MANAGE_INTEGRATIONS)
    inputs = Inputs()
    clean = inputs.text("name", name, most=100)
    wanted = inputs.permissions("scopes", scopes, of=viewer.permissions)
    inputs.moment_to_come("expiresAt", expires_at)
    allowed = inputs.networks("allowedNetworks", networks)
    inputs.refuse_bad()
    await spend(API_KEYS_MADE, str(viewer.account_id))
    secret = new_key_secret()
    async with viewer_transaction(viewer, Permission.MANAGE_INTEGRATIONS, *wanted) as account:
        if await live_keys(account.id).count() >= MOST_API_KEYS:
            raise InvalidInput([(("name",), f"An account has at most {MOST_API_KEYS} keys. Revoke one first.")])
        key = await ApiKey.create(
            account_id=account.id,
            name=clean,
            scopes=[scope.value for scope in wanted],
            networks=allowed,
            created_by_id=viewer.buyer_id,
            created_at=now(),
            expires_at=expires_at,
        )
        await add_secret(key, secret)
        data = {"api_key_id": key.id, "name": clean, "scopes": key.scopes}
        await record_event(account, EventType.API_KEY_CREATED, by=viewer.actor_id, data=data)
    return ApiKeyIssued(key, secret)
