"""Limits on the open WebSockets and streams of a process, and of one address.

An IPv6 address counts in its /64, /56 and /48, as for every other limit of an address.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from prometheus_client import Gauge

from api.limits import Limits
from api.subscriptions.network_counts import NetworkCounts
from models.access.anonymous_caller import Network

OPEN = Gauge("usher_sockets", "Open WebSockets and streams.", multiprocess_mode="livesum")


class TooManySockets(Exception):
    """No slot is free for another socket or stream."""

    def __init__(self, what: str, allowed: int) -> None:
        self.what = what
        self.allowed = allowed
        super().__init__(f"Too many connections: at most {allowed} {what} are allowed.")


class SocketLimits:
    """Counts the sockets and streams of a process, anonymous ones too."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._of_networks = NetworkCounts()
        self._total = 0

    @contextmanager
    def slot(self, networks: Sequence[Network]) -> Iterator[None]:
        """Hold a slot for a client of these networks while the block runs. Raises TooManySockets."""
        most = self._limits.caller_sockets
        if self._total >= self._limits.sockets:
            raise TooManySockets("of one process", self._limits.sockets)
        if self._of_networks.is_full(networks, most):
            raise TooManySockets("of one address", most)
        self._of_networks.add(networks)
        self._total += 1
        OPEN.inc()
        try:
            yield
        finally:
            OPEN.dec()
            self._total -= 1
            self._of_networks.remove(networks)
