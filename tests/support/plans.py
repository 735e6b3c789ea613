"""The plans that PostgreSQL makes for statements."""

import json
from collections.abc import Iterator
from typing import Any

from models.database.connection import fetch


async def plan_of(statement: str, *values: Any, options: str = "FORMAT JSON") -> dict[str, Any]:
    """The root of a statement's plan; with ANALYZE among the options it is run."""
    [explained] = await fetch(f"EXPLAIN ({options}) {statement}", *values)
    return json.loads(explained["QUERY PLAN"])[0]["Plan"]


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A node of a plan and all below it."""
    yield plan
    for inner in plan.get("Plans", []):
        yield from nodes(inner)
