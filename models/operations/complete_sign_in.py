"""Following a sign-in link."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from models.clock import now
from models.credentials import use_token
from models.database import transaction
from models.permission import GRANTED
from models.secrets import new_secret, secret_hash
from models.tables import Session, SessionKind, TokenPurpose, User
from models.viewer import Viewer

SESSION_LIFETIME = timedelta(days=30)


@dataclass(frozen=True)
class SignedIn:
    """The new session. `secret` is shown to the client once and stored nowhere."""

    viewer: Viewer
    secret: str
    expires_at: datetime


async def complete_sign_in(*, token: str, kind: SessionKind, client: str = "") -> SignedIn:
    """Trade a mailed token for a session. `client` is what the client says of itself. Raises TokenInvalid."""
    secret = new_secret()
    async with transaction():
        used = await use_token(token, TokenPurpose.SIGN_IN)
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
    )
    return SignedIn(viewer, secret, session.expires_at)
