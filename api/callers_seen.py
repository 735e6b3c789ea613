"""Who called a moment ago, for what looks by itself whether they still are who they were seen as.

Only a mutation that `looks_again` may be called for them: everything else is for who has been recognised.
"""

import time

from models.secrets import secret_hash
from models.viewer import Viewer
from plans.bounded import Bounded

MOST_CALLERS = 5_000
# Seconds. The use of a key is noted where it is recognised, once a minute.
FORGOTTEN_AFTER = 30.0

# The hash of a secret, and the whole address: a key may be bound to networks, which never change.
CallerSeen = tuple[bytes, str]


class CallersSeen:
    """Who called one process lately."""

    def __init__(self) -> None:
        self._seen: Bounded[tuple[Viewer, float]] = Bounded(MOST_CALLERS)

    def recall(self, caller: CallerSeen) -> Viewer | None:
        """As whom somebody called."""
        viewer, until = self._seen.get(caller) or (None, 0.0)
        return viewer if time.monotonic() < until else None

    def remember(self, caller: CallerSeen, viewer: Viewer) -> None:
        """Remember somebody who was recognised just now."""
        self._seen.put(caller, (viewer, time.monotonic() + FORGOTTEN_AFTER), 1)

    def change(self, caller: CallerSeen, viewer: Viewer) -> None:
        """Remember who somebody is by now; no longer than before, since where they call from was not looked at."""
        _, until = self._seen.get(caller) or (None, 0.0)
        self._seen.put(caller, (viewer, until), 1)

    def forget(self, caller: CallerSeen) -> None:
        """Recall somebody no more, whose credential has ended."""
        self._seen.forget(caller)


def caller_with(secret: str, address: str) -> CallerSeen:
    """Who calls with a secret from an address, as they are remembered."""
    return secret_hash(secret), address
