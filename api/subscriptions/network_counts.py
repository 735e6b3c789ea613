"""Counting what clients hold open, by the networks of their addresses."""

from collections import Counter
from collections.abc import Sequence

from models.access.anonymous_caller import Network


class NetworkCounts:
    """How much is open from each network. A network may hold its factor times as much as one address."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    def is_full(self, networks: Sequence[Network], most: int) -> bool:
        """Whether one of a client's networks holds all it may, where an address may hold `most`."""
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
