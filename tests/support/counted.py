"""Additions of a block to the counters of this process's metrics."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import REGISTRY


@contextmanager
def counted(*names: str) -> Iterator[dict[str, int]]:
    """The additions of the block to these counters, known once it has ended."""
    before = {name: value(name) for name in names}
    added: dict[str, int] = {}
    yield added
    added |= {name: value(name) - before[name] for name in names}


def value(name: str) -> int:
    """The value of a counter."""
    return int(REGISTRY.get_sample_value(name) or 0)
