"""Shared by the operations on API keys."""

from uuid import UUID

from models.access.credential_conditions import is_valid
from models.access.secrets import secret_hash
from models.database.clock import now
from models.errors import NotFound
from models.reads.conditions import Condition
from models.reads.rows import Rows
from models.tables import Account, ApiKey, ApiKeySecret


def live_keys(account_id: UUID) -> Rows[ApiKey]:
    """The keys of an account that are valid now."""
    valid = is_valid(revoked_at="{row}.revoked_at", expires_at="{row}.expires_at", moment="{value}")
    return Rows(ApiKey, account_id, [Condition(valid, now())])


async def find_key(account: Account, api_key_id: UUID) -> ApiKey:
    """A key of the account, under its lock. Raises NotFound."""
    key = await ApiKey.get_or_none(id=api_key_id, account_id=account.id)
    if key is None:
        raise NotFound("ApiKey", api_key_id)
    return key


async def add_secret(key: ApiKey, secret: str) -> None:
    """Add a secret to a key."""
    await ApiKeySecret.create(
        account_id=key.account_id,
        api_key_id=key.id,
        hash=secret_hash(secret),
        hint=secret[-4:],
        created_at=now(),
    )
