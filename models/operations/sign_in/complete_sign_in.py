"""Following a sign-in link."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from models.access.credentials import use_token
from models.access.secrets import new_secret, secret_hash
from models.access.viewer import Viewer
from models.database.clock import now
from models.database.connection import fetch, transaction
from models.permissions import GRANTED
from models.tables import Account, Session, SessionKind, TokenPurpose, User

SESSION_LIFETIME = timedelta(days=30)


@dataclass(frozen=True)
class SignedIn:
    """The new session. `secret` is shown to the client once and stored nowhere."""

    viewer: Viewer
    secret: str
    expires_at: datetime


async def complete_sign_in(*, token: str, kind: SessionKind, client: str = "") -> SignedIn:
    """Trade a mailed token for a session. `client` is the User-Agent. Raises TokenInvalid.

    The first link that is followed proves the account.
    """
    secret = new_secret()
    async with transaction():
        unproven = await _locked_unproven(token)
        used = await use_token(token, TokenPurpose.SIGN_IN)
        if unproven:
            await Account.filter(id=used.account_id).update(confirmed_at=now())
        user = await User.get(id=used.user_id)
        session = await Session.create(
            hash=secret_hash(secret),
            kind=kind,
            client=client,
            account_id=user.account_id,
            user_id=user.id,
            created_at=now(),
            expires_at=now() + SESSION_LIFETIME,
        )
    viewer = Viewer(
        account_id=user.account_id,
        permissions=GRANTED[user.role],
        credential_id=session.id,
        buyer_id=user.id,
        user_id=user.id,
        rights=user.role,
        locale=user.locale,
    )
    return SignedIn(viewer, secret, session.expires_at)


async def _locked_unproven(token: str) -> bool:
    """Lock the account of a token if it is unproven: before the token, in the same order as its deletion does."""
    rows = await fetch(
        "SELECT account.id FROM tokens AS token JOIN accounts AS account ON account.id = token.account_id"
        " WHERE token.hash = $1 AND account.confirmed_at IS NULL FOR NO KEY UPDATE OF account",
        secret_hash(token),
    )
    return bool(rows)
