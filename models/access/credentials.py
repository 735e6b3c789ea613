"""Sessions, API keys and mailed tokens: authenticating a secret, and using a token once."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from orjson import loads

from models.access.callers import CALLERS, Caller
from models.access.credential_conditions import KEY_EXPIRES_AT, problem_of
from models.access.networks import allows
from models.access.secrets import KEY_PREFIX, secret_hash
from models.access.viewer import Viewer
from models.database.clock import now
from models.database.coalescing import fetch_together
from models.database.connection import fetch, fetch_one
from models.database.ids import new_id
from models.errors import CredentialProblem, TokenInvalid, Unauthenticated
from models.permissions import GRANTED, Permission
from models.tables import Token, TokenPurpose, User

_VERSIONS = """
    account.version AS account_version,
    (SELECT id FROM events WHERE account_id = account.id AND version = account.version) AS event_id,
    coalesce((SELECT version FROM catalogue_version), 0) AS catalogue_version
"""
_SESSION = f"""
    SELECT session.id AS credential_id, session.revoked_at, session.expires_at, NULL::timestamptz AS last_used_at,
           person.account_id, person.id AS user_id, person.id AS buyer_id, person.role, person.locale,
           NULL::uuid AS api_key_id, NULL::jsonb AS scopes, NULL::jsonb AS networks, {_VERSIONS}
    FROM sessions AS session
    JOIN users AS person ON person.id = session.user_id
    JOIN accounts AS account ON account.id = person.account_id
"""  # noqa: S608 - constants
_KEY = f"""
    SELECT secret.id AS credential_id, key.revoked_at, {KEY_EXPIRES_AT} AS expires_at,
           secret.last_used_at, key.account_id, NULL::uuid AS user_id, key.created_by_id AS buyer_id,
           NULL AS role, NULL AS locale, key.id AS api_key_id, key.scopes, key.networks, {_VERSIONS}
    FROM api_key_secrets AS secret
    JOIN api_keys AS key ON key.id = secret.api_key_id
    JOIN accounts AS account ON account.id = key.account_id
"""  # noqa: S608 - constants
_SESSION_OF_CALLER = f"{_SESSION} WHERE session.hash = caller.credential"
_KEY_OF_CALLER = f"{_KEY} WHERE secret.hash = caller.credential"

_AUTHENTICATING = {
    asking: f"SELECT viewer.*, caller_number FROM {CALLERS} LEFT JOIN LATERAL ({asking}) AS viewer ON true"  # noqa: S608 - constants
    for asking in (_SESSION_OF_CALLER, _KEY_OF_CALLER)
}

SIGN_IN_LINK_LIFETIME = timedelta(minutes=15)
# The use of a key is written at most so often: it is shown to the minute, and a recent viewer is cached for less.
USE_NOTED_EVERY = timedelta(seconds=30)


class Authenticated(NamedTuple):
    """The viewer of a secret, and the versions of the account and the catalogue at the time of the look-up.

    Later reads are at these versions or later. `event_id` is the event that made the account's version: a restored
    backup may repeat a version, but not its event.
    """

    viewer: Viewer
    account_version: int
    event_id: UUID | None
    catalogue_version: int


async def authenticate(secret: str, address: str) -> Authenticated:
    """Authenticate the secret of a call from an address. Raises Unauthenticated with the reason."""
    row = await fetch_together(_AUTHENTICATING[credential_sql(secret)], Caller(secret_hash(secret)))
    seen = authenticate_row(row, address)
    if seen.viewer.api_key_id is not None:
        await note_use(row)
    return seen


def credential_sql(secret: str) -> str:
    """The query that finds the credential of a `caller`; its row is for `authenticate_row`."""
    return _KEY_OF_CALLER if secret.startswith(KEY_PREFIX) else _SESSION_OF_CALLER


def authenticate_row(row: Mapping[str, Any], address: str) -> Authenticated:
    """The viewer of a row of `credential_sql`, for a call from an address. Raises Unauthenticated with the reason."""
    live = _live(row)
    networks = live["networks"]
    if networks is not None and not allows(loads(networks), address):
        raise Unauthenticated(CredentialProblem.NETWORK_NOT_ALLOWED)
    return Authenticated(_viewer(live), live["account_version"], live["event_id"], live["catalogue_version"])


async def reauthenticate(viewer: Viewer) -> Viewer:
    """The viewer with their current permissions. Raises Unauthenticated once the credential has ended."""
    row = await fetch_one(
        f"{_SESSION} WHERE session.id = $1" if viewer.api_key_id is None else f"{_KEY} WHERE secret.id = $1",
        viewer.credential_id,
    )
    live = _live(row)
    await note_use(live)
    return _viewer(live)


async def reauthenticate_all(viewers: Sequence[Viewer]) -> dict[UUID, Viewer | Unauthenticated]:
    """The same for many viewers, by their credentials: each viewer, or the reason why the credential has ended."""
    sessions = [viewer.credential_id for viewer in viewers if viewer.api_key_id is None]
    keys = [viewer.credential_id for viewer in viewers if viewer.api_key_id is not None]
    rows = await fetch(f"{_SESSION} WHERE session.id = ANY($1)", sessions) if sessions else []
    key_rows = await fetch(f"{_KEY} WHERE secret.id = ANY($1)", keys) if keys else []
    found: dict[UUID, Viewer | Unauthenticated] = {
        each: Unauthenticated(CredentialProblem.UNKNOWN) for each in (*sessions, *keys)
    }
    for row in (*rows, *key_rows):
        try:
            found[row["credential_id"]] = _viewer(_live(row))
        except Unauthenticated as error:
            found[row["credential_id"]] = error
        else:
            await note_use(row)
    return found


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
    """A token that is valid now, without using it. Raises TokenInvalid."""
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
    """Make a secret valid for one use until it expires. Issuing the same secret again changes nothing.

    Nothing is issued once the account was deleted. Concurrent calls are coalesced into one statement; never call it
    inside a transaction.
    """
    token = (new_id(), secret_hash(secret), purpose.value, user.account_id, user.id, license_id, event_id, expires_at)
    await fetch_together(_ISSUE, token)


_ISSUE = """
WITH token AS MATERIALIZED (
    SELECT * FROM unnest(
        (SELECT $1::uuid[]), (SELECT $2::bytea[]), (SELECT $3::text[]), (SELECT $4::uuid[]), (SELECT $5::uuid[]),
        (SELECT $6::uuid[]), (SELECT $7::uuid[]), (SELECT $8::timestamptz[])
    ) WITH ORDINALITY AS token (
        id, hash, purpose, account_id, user_id, license_id, event_id, expires_at, caller_number
    )
), issued AS (
    INSERT INTO tokens (id, hash, purpose, account_id, user_id, license_id, event_id, created_at, expires_at)
    SELECT token.id, hash, purpose, account_id, user_id, license_id, event_id, $9, expires_at
    FROM token JOIN accounts ON accounts.id = token.account_id
    FOR KEY SHARE OF accounts
    ON CONFLICT (hash) DO NOTHING
)
SELECT caller_number FROM token
"""


async def note_use(row: Mapping[str, Any]) -> bool:
    """Write that a key is in use, unless that was written a moment ago, maybe by another call meanwhile.

    Returns whether it had to be written.
    """
    if row["api_key_id"] is None:
        return False
    moment = now()
    stale = moment - USE_NOTED_EVERY
    if row["last_used_at"] is not None and row["last_used_at"] >= stale:
        return False
    await fetch(
        "UPDATE api_key_secrets SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $3)",
        row["credential_id"],
        moment,
        stale,
    )
    return True


def _live(row: Mapping[str, Any] | None) -> Mapping[str, Any]:
    if row is None or row["credential_id"] is None:
        raise Unauthenticated(CredentialProblem.UNKNOWN)
    if problem := problem_of(row["revoked_at"], row["expires_at"], now()):
        raise Unauthenticated(problem)
    return row


def permissions_of(role: str | None, scopes: str | None) -> frozenset[Permission]:
    """The viewer's permissions: by the role of a user, or by the scopes of a key."""
    return _scopes(scopes or "[]") if role is None else _GRANTED[role]


def _viewer(row: Mapping[str, Any]) -> Viewer:
    return Viewer(
        account_id=row["account_id"],
        permissions=permissions_of(row["role"], row["scopes"]),
        credential_id=row["credential_id"],
        buyer_id=row["buyer_id"],
        user_id=row["user_id"],
        api_key_id=row["api_key_id"],
        rights=row["scopes"] if row["role"] is None else row["role"],
        locale=row["locale"] or "",
    )


_GRANTED = {role.value: granted for role, granted in GRANTED.items()}


@lru_cache(1000)
def _scopes(scopes: str) -> frozenset[Permission]:
    kept = loads(scopes)
    return frozenset(scope for scope in Permission if scope in kept)
