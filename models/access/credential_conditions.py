"""A credential is valid: in Python with the reason why it is not, and as conditions of SQL."""

from datetime import datetime

from models.errors import CredentialProblem


def problem_of(
    revoked_at: datetime | None, expires_at: datetime | None, moment: datetime
) -> CredentialProblem | None:
    """The reason why a credential is not valid; None while it is. Without `expires_at` it never expires."""
    if revoked_at is not None:
        return CredentialProblem.REVOKED
    if expires_at is not None and expires_at <= moment:
        return CredentialProblem.EXPIRED
    return None


def is_valid(*, revoked_at: str, expires_at: str, moment: str) -> str:
    """The SQL condition that a credential is valid, from the SQL of its columns and of the time."""
    return f"{revoked_at} IS NULL AND coalesce({expires_at} > {moment}, true)"


# A key and its secret each end by themselves.
KEY_EXPIRES_AT = "least(secret.expires_at, key.expires_at)"

_SESSION = """EXISTS (
        SELECT FROM sessions AS session JOIN users AS person ON person.id = session.user_id
        WHERE session.id = {credential} AND {is_valid} AND person.role = {rights}
    )"""
_KEY = """EXISTS (
        SELECT FROM api_key_secrets AS secret JOIN api_keys AS key ON key.id = secret.api_key_id
        WHERE secret.id = {credential} AND {is_valid} AND key.scopes = {rights}::jsonb
    )"""


def is_unchanged(*, by_api_key: bool, credential: str, rights: str, moment: str) -> str:
    """The SQL condition that a credential is valid and its rights are the same as when the viewer was authenticated.

    From the SQL of the credential's id, of the viewer's `rights` and of the time.
    """
    if by_api_key:
        valid = is_valid(revoked_at="key.revoked_at", expires_at=KEY_EXPIRES_AT, moment=moment)
        return _KEY.format(credential=credential, is_valid=valid, rights=rights)
    valid = is_valid(revoked_at="session.revoked_at", expires_at="session.expires_at", moment=moment)
    return _SESSION.format(credential=credential, is_valid=valid, rights=rights)
