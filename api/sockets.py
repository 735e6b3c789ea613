"""How many WebSockets and streams a process holds, and how many of one caller."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Gauge

from api.limits import Limits

OPEN = Gauge("usher_sockets", "Open WebSockets and streams.", multiprocess_mode="livesum")


class TooManySockets(Exception):
    """There is no room for another one."""

    def __init__(self, what: str, allowed: int) -> None:
        self.what = what
        self.allowed = allowed
        super().__init__(f"Too many connections: at most {allowed} {what} are allowed.")


class Sockets:
    """Counts the sockets and streams of a process. One that never says who it is counts as well."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._of_caller: Counter[str] = Counter()
        self._total = 0

    @contextmanager
    def room(self, caller: str) -> Iterator[None]:
        """Hold a place while the block runs. Raises TooManySockets."""
        if self._total >= self._limits.sockets:
            raise TooManySockets("of one process", self._limits.sockets)
        if self._of_caller[caller] >= self._limits.caller_sockets:
            raise TooManySockets("of one address", self._limits.caller_sockets)
        self._of_caller[caller] += 1
        self._total += 1
        OPEN.inc()
        try:
            yield
        finally:
            OPEN.dec()
            self._total -= 1
            self._of_caller[caller] -= 1
            if not self._of_caller[caller]:
                del self._of_caller[caller]
