"""JSON as the database keeps it."""

from typing import Any

import orjson


def to_json(value: Any) -> str:
    """Write JSON with sorted keys. The driver's own UUID class, which orjson does not know, is written as text."""
    return orjson.dumps(value, default=str, option=orjson.OPT_SORT_KEYS).decode()
