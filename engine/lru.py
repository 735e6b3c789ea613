"""What was used lately, as much of it as there is room for."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Bounded(Generic[Value]):
    """Values by their keys; each has a weight, and what was used longest ago makes room."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._weight = 0
        self._kept: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()

    def __len__(self) -> int:
        """How many there are."""
        return len(self._kept)

    def get(self, key: Hashable) -> Value | None:
        """The value of a key, if it is still there."""
        if found := self._kept.get(key):
            self._kept.move_to_end(key)
            return found[0]
        return None

    def put(self, key: Hashable, value: Value, weight: int) -> None:
        """Keep a value, in the place of the one before it."""
        self.forget(key)
        self._kept[key] = value, weight
        self._weight += weight
        while self._weight > self._most:
            _, (_, lost) = self._kept.popitem(last=False)
            self._weight -= lost

    def forget(self, key: Hashable) -> None:
        """Keep a key's value no longer."""
        if found := self._kept.pop(key, None):
            self._weight -= found[1]
