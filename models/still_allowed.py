"""What `still_signed_in` finds out, as a condition: for statements that look and write at once."""

from models.permission import GRANTED, Permission
from models.viewer import Viewer

_SESSION = """EXISTS (
        SELECT FROM sessions AS session JOIN users AS person ON person.id = session.user_id
        WHERE session.id = {credential} AND session.revoked_at IS NULL AND session.expires_at > {moment}
            AND person.role = ANY({granting}::text[])
    )"""
_KEY = """EXISTS (
        SELECT FROM api_key_secrets AS secret JOIN api_keys AS key ON key.id = secret.api_key_id
        WHERE secret.id = {credential} AND key.revoked_at IS NULL
            AND coalesce(least(secret.expires_at, key.expires_at) > {moment}, true)
            AND key.scopes ?| {granting}::text[]
    )"""


def still_allowed(*, by_api_key: bool, credential: str, moment: str, granting: str) -> str:
    """The SQL that holds while a credential works and has a permission.

    It is written with where the credential's id, the current time, and what `granting` answers stand.
    """
    return (_KEY if by_api_key else _SESSION).format(credential=credential, moment=moment, granting=granting)


def granting(viewer: Viewer, permission: Permission) -> list[str]:
    """The roles that have a permission; for an API key, the scope that is it."""
    if viewer.api_key_id is not None:
        return [permission]
    return [role for role, granted in GRANTED.items() if permission in granted]
