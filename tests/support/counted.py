"""What a block adds to the counters of this process's metrics."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import REGISTRY


@contextmanager
def counted(*names: str) -> Iterator[dict[str, int]]:
    """What the block adds to these counters, known once it has ended."""
    before = {name: value(name) for name in names}
    added: dict[str, int] = {}
    yield added
    added |= {name: value(name) - before[name] for name in names}


def value(name: str) -> int:
    """What a counter stands at."""
    return int(REGISTRY.get_sample_value(name) or 0)
