"""Open connections of clients, counted by the networks of their addresses."""

from collections import Counter
from collections.abc import Sequence

from models.access.anonymous_caller import Network


class NetworkCounts:
    """The open connections of each network, which may have its factor times as many as one address."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    def is_full(self, networks: Sequence[Network], most: int) -> bool:
        """Whether one of a client's networks has all that it may have, where an address may have `most`."""
        return any(self._open[network.name] >= most * network.factor for network in networks)

    def add(self, networks: Sequence[Network]) -> None:
        """Count one more."""
        for network in networks:
            self._open[network.name] += 1

    def remove(self, networks: Sequence[Network]) -> None:
        """Count one less."""
        for network in networks:
            self._open[network.name] -= 1
            if not self._open[network.name]:
                del self._open[network.name]
