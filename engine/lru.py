"""A least-recently-used cache whose entries have weights."""

from collections.abc import Hashable
from operator import itemgetter
from typing import Generic, TypeVar

from cachetools import LRUCache

Value = TypeVar("Value")


class WeightedLRU(Generic[Value]):
    """Values by their keys, of a total weight at most `maxsize`; the least recently used make room."""

    def __init__(self, maxsize: int) -> None:
        self.maxsize = maxsize
        self._entries: LRUCache[Hashable, tuple[Value, int]] = LRUCache(maxsize, getsizeof=itemgetter(1))

    def __len__(self) -> int:
        """The number of entries."""
        return len(self._entries)

    @property
    def weight(self) -> int:
        """The weight of all entries."""
        return int(self._entries.currsize)

    def get(self, key: Hashable) -> Value | None:
        """The value of a key; None where it is not cached."""
        try:
            return self._entries[key][0]
        except KeyError:
            return None

    def put(self, key: Hashable, value: Value, weight: int) -> None:
        """Cache a value in place of the one before it; one heavier than the whole cache is not cached."""
        if weight > self.maxsize:
            self._entries.pop(key, None)
        else:
            self._entries[key] = value, weight
