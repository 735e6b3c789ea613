"""What `still_signed_in` finds out, as a condition: for statements that look and write at once."""

from models.permission import GRANTED, Permission
from models.viewer import Viewer

# `$1` is the viewer's credential, `$2` the current time, `$3` what `granting` answers.
_SESSION = """EXISTS (
        SELECT FROM sessions AS session JOIN users AS person ON person.id = session.user_id
        WHERE session.id = $1 AND session.revoked_at IS NULL AND session.expires_at > $2
            AND person.role = ANY($3::text[])
    )"""
_KEY = """EXISTS (
        SELECT FROM api_key_secrets AS secret JOIN api_keys AS key ON key.id = secret.api_key_id
        WHERE secret.id = $1 AND key.revoked_at IS NULL
            AND coalesce(least(secret.expires_at, key.expires_at) > $2, true) AND key.scopes ?| $3::text[]
    )"""


def still_allowed(*, by_api_key: bool) -> str:
    """The SQL that holds while a credential works and has a permission.

    Its first three values are the credential's id, the current time, and those of `granting`.
    """
    return _KEY if by_api_key else _SESSION


def granting(viewer: Viewer, permission: Permission) -> list[str]:
    """The roles that have a permission; for an API key, the scope that is it."""
    if viewer.api_key_id is not None:
        return [permission]
    return [role for role, granted in GRANTED.items() if permission in granted]
