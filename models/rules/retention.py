"""Retention times of rows that are no longer needed."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Retention:
    """Counted from the end of a row's use; for an idempotency key, from the first call with it."""

    credentials: timedelta = timedelta(days=30)
    idempotency_keys: timedelta = timedelta(days=30)
    deliveries: timedelta = timedelta(days=90)
    sign_in_requests: timedelta = timedelta(days=1)


DEFAULT_RETENTION = Retention()
