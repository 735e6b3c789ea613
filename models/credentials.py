"""Sessions and mailed tokens: who a secret belongs to, and using a token once."""

from datetime import datetime
from typing import Any
from uuid import UUID

from models.clock import now
from models.database import fetch_one
from models.errors import TokenInvalid
from models.ids import new_id
from models.secrets import secret_hash
from models.tables import Role, Token, TokenPurpose, User
from models.viewer import Viewer


async def viewer_of(secret: str) -> Viewer | None:
    """The viewer behind a session's secret; None when it is unknown, expired or revoked."""
    return await _viewer("session.hash = $1", secret_hash(secret))


async def still_signed_in(viewer: Viewer) -> Viewer | None:
    """The viewer as of now, with the role of now; None once the session has ended."""
    return await _viewer("session.id = $1", viewer.session_id)


async def use_token(secret: str, purpose: TokenPurpose) -> Token:
    """Mark a token used, inside a transaction, and return it. Raises TokenInvalid.

    One UPDATE decides, so of two callers with one token a single one wins.
    """
    row = await fetch_one(
        """
        UPDATE tokens SET used_at = $3
        WHERE hash = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3
        RETURNING id
        """,
        secret_hash(secret),
        purpose.value,
        now(),
    )
    if row is None:
        raise TokenInvalid
    return await Token.get(id=row["id"])


async def find_token(secret: str, purpose: TokenPurpose) -> Token:
    """A token that could be used now, without using it. Raises TokenInvalid."""
    token = await Token.get_or_none(hash=secret_hash(secret), purpose=purpose, used_at=None, expires_at__gt=now())
    if token is None:
        raise TokenInvalid
    return token


async def issue_token(
    secret: str,
    purpose: TokenPurpose,
    user: User,
    *,
    expires_at: datetime,
    license_id: UUID | None = None,
    event_id: UUID | None = None,
) -> None:
    """Make a secret good for one use until it expires. Issuing the same secret again changes nothing."""
    await fetch_one(
        """
        INSERT INTO tokens
            (id, hash, purpose, account_id, user_id, license_id, event_id, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (hash) DO NOTHING
        """,
        new_id(),
        secret_hash(secret),
        purpose.value,
        user.account_id,
        user.id,
        license_id,
        event_id,
        now(),
        expires_at,
    )


async def _viewer(condition: str, value: Any) -> Viewer | None:
    row = await fetch_one(
        f"""
        SELECT session.id AS session_id, person.account_id, person.id AS user_id, person.role
        FROM sessions AS session JOIN users AS person ON person.id = session.user_id
        WHERE {condition} AND session.revoked_at IS NULL AND session.expires_at > $2
        """,  # noqa: S608 - the condition is one of the two constants above
        value,
        now(),
    )
    if row is None:
        return None
    return Viewer(row["account_id"], row["user_id"], Role(row["role"]), row["session_id"])
