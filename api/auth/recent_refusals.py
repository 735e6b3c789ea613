"""Recently refused credentials, for which the pipeline authenticates before it reads."""

import time

from cachetools import LRUCache

from api.auth.credentials import Credential
from models.database.clock import now
from models.errors import RateLimited, Unauthenticated

MOST_REFUSED = 5_000
# Seconds until a refused credential is tried again; it may be valid by then.
FORGOTTEN_AFTER = 5.0


class RecentRefusals:
    """The credentials of one process that were refused, or whose budget was spent."""

    def __init__(self) -> None:
        self._until: LRUCache[bytes, float] = LRUCache(MOST_REFUSED)

    def has(self, credential: Credential) -> bool:
        """Whether a credential was refused recently."""
        return bool(self._until) and self._until.get(credential.hashed, 0.0) > time.monotonic()

    def add(self, credential: Credential, error: Unauthenticated | RateLimited) -> None:
        """Add a credential for some seconds, or until its budget has room."""
        limited = isinstance(error, RateLimited)
        seconds = (error.retry_at - now()).total_seconds() if limited else FORGOTTEN_AFTER
        self._until[credential.hashed] = time.monotonic() + seconds
