"""Who called a moment ago, for what looks by itself whether they still are who they were seen as.

Only a mutation that `looks_again` may be called for them: everything else is for who has been recognised.
"""

import time

from api.auth.credentials import SentSecret
from engine.lru import Bounded
from models.access.viewer import Viewer

MOST_CALLERS = 5_000
# Seconds. The use of a key is noted where it is recognised, and told to the minute.
FORGOTTEN_AFTER = 30.0


class CallersSeen:
    """Who called one process lately: with a secret from an address, as a key may be bound to networks for good."""

    def __init__(self) -> None:
        self._seen: Bounded[tuple[Viewer, float]] = Bounded(MOST_CALLERS)

    def recall(self, sent: SentSecret) -> Viewer | None:
        """As whom somebody called."""
        viewer, until = self._seen.get((sent.hashed, sent.address)) or (None, 0.0)
        return viewer if time.monotonic() < until else None

    def remember(self, sent: SentSecret, viewer: Viewer) -> None:
        """Remember somebody who was recognised just now."""
        self._seen.put((sent.hashed, sent.address), (viewer, time.monotonic() + FORGOTTEN_AFTER), 1)

    def forget(self, sent: SentSecret) -> None:
        """Recall somebody no more, whose credential has ended."""
        self._seen.forget((sent.hashed, sent.address))
