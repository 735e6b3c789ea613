"""Ways in for a user, without a mail."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from models.access.credentials import issue_token
from models.access.secrets import new_secret
from models.access.viewer import Viewer
from models.database.clock import now
from models.operations.sign_in.complete_sign_in import SignedIn, complete_sign_in
from models.operations.sign_in.request_sign_in import SIGN_IN_LINK_LIFETIME
from models.operations.sign_in.sign_out import sign_out
from models.reads.users import user_by_email
from models.tables import SessionKind, TokenPurpose
from usher.settings import SettingsError


async def sign_in_secret(email: str) -> str:
    """Issue a sign-in token without mailing it. Raises SettingsError for an unknown address."""
    found = await user_by_email(email)
    if found is None:
        raise SettingsError(f"There is no user {email}.")
    secret = new_secret()
    expires_at = now() + SIGN_IN_LINK_LIFETIME
    await issue_token(secret, TokenPurpose.SIGN_IN, found, expires_at=expires_at)
    return secret


@asynccontextmanager
async def acting_as(email: str) -> AsyncIterator[Viewer]:
    """A user's authority while the block runs. Raises SettingsError for an unknown address."""
    viewer = (await sign_in(email)).viewer
    try:
        yield viewer
    finally:
        await sign_out(viewer)


async def sign_in(email: str) -> SignedIn:
    """Sign a user in. Raises SettingsError for an unknown address."""
    return await complete_sign_in(token=await sign_in_secret(email), kind=SessionKind.BEARER, client="usher")
