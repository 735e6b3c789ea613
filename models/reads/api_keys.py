"""Finding API keys and their secrets."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from models.access.credential_conditions import problem_of
from models.database.clock import now
from models.tables import ApiKey, ApiKeySecret


class ApiKeyState(StrEnum):
    """The state of a key."""

    ACTIVE = "ACTIVE"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"


def state_of(key: ApiKey) -> ApiKeyState:
    """The current state of a key."""
    return state_now(key.revoked_at, key.expires_at)


def state_now(revoked_at: datetime | None, expires_at: datetime | None) -> ApiKeyState:
    """The current state that follows from a key's times."""
    return ApiKeyState(problem_of(revoked_at, expires_at, now()) or ApiKeyState.ACTIVE)


def last_use_of(secrets: Sequence[ApiKeySecret]) -> datetime | None:
    """When any of them was last used; None when never."""
    return max((secret.last_used_at for secret in secrets if secret.last_used_at), default=None)


# When a key `{row}` of an account was last used.
LAST_USE = (
    "(SELECT max(secret.last_used_at) FROM api_key_secrets AS secret"
    " WHERE secret.api_key_id = {row}.id AND secret.account_id = {account})"
)


async def api_keys_by_id(account_id: UUID, ids: Sequence[UUID]) -> dict[UUID, ApiKey]:
    """Keys of an account by id."""
    return {row.id: row async for row in ApiKey.filter(account_id=account_id, id__in=list(ids))}


async def secrets_by_api_key(account_id: UUID, api_key_ids: Sequence[UUID]) -> dict[UUID, list[ApiKeySecret]]:
    """The secrets of keys of an account, oldest first."""
    secrets: dict[UUID, list[ApiKeySecret]] = defaultdict(list)
    wanted = ApiKeySecret.filter(account_id=account_id, api_key_id__in=list(api_key_ids))
    async for secret in wanted.order_by("id"):
        secrets[secret.api_key_id].append(secret)
    return secrets
