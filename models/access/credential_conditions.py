"""What `still_signed_in` finds out, as a condition: for statements that look and write at once."""

_SESSION = """EXISTS (
        SELECT FROM sessions AS session JOIN users AS person ON person.id = session.user_id
        WHERE session.id = {credential} AND session.revoked_at IS NULL AND session.expires_at > {moment}
            AND person.role = {rights}
    )"""
_KEY = """EXISTS (
        SELECT FROM api_key_secrets AS secret JOIN api_keys AS key ON key.id = secret.api_key_id
        WHERE secret.id = {credential} AND key.revoked_at IS NULL
            AND coalesce(least(secret.expires_at, key.expires_at) > {moment}, true)
            AND key.scopes = {rights}::jsonb
    )"""


def as_seen(*, by_api_key: bool, credential: str, rights: str, moment: str) -> str:
    """The SQL that holds while a viewer's credential works, and they have the very rights that they were seen with.

    It is written with where the credential's id, the viewer's `rights` and the current time stand.
    """
    return (_KEY if by_api_key else _SESSION).format(credential=credential, rights=rights, moment=moment)
