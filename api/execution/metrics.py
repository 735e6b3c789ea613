"""Counting queries and mutations by the executor that ran them."""

from functools import cache

from prometheus_client import Counter

QUERIES = Counter("usher_queries", "Queries and mutations over HTTP, each once, by the way that it was run.", ["way"])
UNPLANNED = Counter("usher_unplanned_queries", "Queries over HTTP that no plan answered, by reason.", ["reason"])


def count(way: str) -> None:
    """Count a query or a mutation."""
    _counter(QUERIES, way).inc()


def count_unplanned(reason: str) -> None:
    """Count a query that resolvers must answer."""
    _counter(UNPLANNED, reason).inc()


@cache
def _counter(counter: Counter, label: str) -> Counter:
    return counter.labels(label)
