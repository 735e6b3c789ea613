"""Recently authenticated viewers, for mutations whose SQL checks the credential again.

Only a mutation that `revalidates_viewer` may run with one of them; everything else authenticates first.
"""

import time

from cachetools import LRUCache

from api.auth.credentials import Credential
from models.access.viewer import Viewer

MOST_VIEWERS = 5_000
# Seconds. Authentication records the last use of an API key, which is shown to the minute.
FORGOTTEN_AFTER = 30.0


class RecentViewers:
    """The viewers of one process, by credential and address: a key may be limited to networks."""

    def __init__(self) -> None:
        self._viewers: LRUCache[tuple[bytes, str], tuple[Viewer, float]] = LRUCache(MOST_VIEWERS)

    def find(self, credential: Credential) -> Viewer | None:
        """The recent viewer of a credential; None if there is none."""
        viewer, until = self._viewers.get((credential.hashed, credential.address)) or (None, 0.0)
        return viewer if time.monotonic() < until else None

    def remember(self, credential: Credential, viewer: Viewer) -> None:
        """Add a viewer that was just authenticated."""
        self._viewers[credential.hashed, credential.address] = viewer, time.monotonic() + FORGOTTEN_AFTER

    def forget(self, credential: Credential) -> None:
        """Drop the viewer of a credential that has ended."""
        self._viewers.pop((credential.hashed, credential.address), None)
