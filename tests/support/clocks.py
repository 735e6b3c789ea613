"""Machines whose clocks differ."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from unittest.mock import patch
from uuid import UUID

from uuid_utils.compat import uuid7


@contextmanager
def ids_going_back() -> Iterator[None]:
    """Each id that is made comes from another machine, whose clock is a second behind that of the one before."""
    milliseconds = count(time.time_ns() // 1_000_000, -1000)

    def made() -> UUID:
        # RFC 9562: the first 48 bits are milliseconds.
        return UUID(int=next(milliseconds) << 80 | uuid7().int & (1 << 80) - 1)

    with patch("models.database.ids.uuid7", made):
        yield
