"""API keys in tests: making them as everybody does, and how they look in an answer."""

from dataclasses import dataclass
from typing import Any

from api.schema.ids import encode_id
from models.access.secrets import secret_hash
from models.permissions import Permission
from models.tables import ApiKey, ApiKeySecret, User
from tests.support.client import Client
from tests.support.refusals import call
from tests.support.shown import INVALID_INPUT, NOT_FOUND, NOT_PERMITTED, moment

Json = dict[str, Any]

KEY = (
    "{ id name scopes state allowedNetworks createdAt expiresAt revokedAt lastUsedAt createdBy { email }"
    " secrets { hint createdAt expiresAt lastUsedAt } }"
)
REFUSED = f"{NOT_FOUND} {NOT_PERMITTED} {INVALID_INPUT}"
CREATED = f"... on ApiKeyCreated {{ apiKey {KEY} secret }} {NOT_PERMITTED} {INVALID_INPUT}"
ROTATED = f"... on ApiKeyRotated {{ apiKey {KEY} secret }} {REFUSED}"
REVOKED = f"... on ApiKeyRevoked {{ apiKey {KEY} }} {NOT_FOUND} {NOT_PERMITTED}"
WHO = "{ viewer { permissions } }"


@dataclass(frozen=True)
class Key:
    """A key as who asked for it knows it."""

    id: str
    secret: str

    async def row(self) -> ApiKey:
        """The row of the key."""
        return await ApiKey.get(id=(await self.secret_row()).api_key_id)

    async def secret_row(self) -> ApiKeySecret:
        """The row of the secret."""
        return await ApiKeySecret.get(hash=secret_hash(self.secret))


async def make_key(maker: Client, *scopes: Permission, **more: Any) -> Key:
    """Make a key over HTTP, with these scopes."""
    given = {"name": "Directory", "scopes": [scope.value for scope in scopes]} | more
    made = await call(maker, "createApiKey", CREATED, **given)
    assert made["__typename"] == "ApiKeyCreated", made
    return Key(made["apiKey"]["id"], made["secret"])


async def rotate(client: Client, key_id: str, **more: Any) -> Json:
    """Rotate a key over HTTP; the answer."""
    return await call(client, "rotateApiKey", ROTATED, apiKeyId=key_id, **more)


async def rotated(client: Client, key_id: str, **more: Any) -> Key:
    """Rotate a key over HTTP; the key with its new secret."""
    answer = await rotate(client, key_id, **more)
    assert answer["__typename"] == "ApiKeyRotated", answer
    return Key(key_id, answer["secret"])


async def revoke(client: Client, key_id: str) -> Json:
    """Revoke a key over HTTP; the answer."""
    return await call(client, "revokeApiKey", REVOKED, apiKeyId=key_id)


async def shown_key(row: ApiKey, state: str = "ACTIVE") -> Json:
    """A key with all its fields, as it is stored now."""
    await row.refresh_from_db()
    secrets = await ApiKeySecret.filter(api_key_id=row.id).order_by("id")
    used = [secret.last_used_at for secret in secrets if secret.last_used_at]
    return {
        "id": encode_id("ApiKey", row.id),
        "name": row.name,
        "scopes": row.scopes,
        "state": state,
        "allowedNetworks": row.networks,
        "createdAt": moment(row.created_at),
        "expiresAt": moment(row.expires_at),
        "revokedAt": moment(row.revoked_at),
        "lastUsedAt": moment(max(used, default=None)),
        "createdBy": {"email": (await User.get(id=row.created_by_id)).email},
        "secrets": [
            {
                "hint": secret.hint,
                "createdAt": moment(secret.created_at),
                "expiresAt": moment(secret.expires_at),
                "lastUsedAt": moment(secret.last_used_at),
            }
            for secret in secrets
        ],
    }


async def works(client: Client, secret: str) -> bool:
    """Whether a secret opens anything."""
    return (await client.signed_in(secret).run(WHO))["viewer"] is not None
