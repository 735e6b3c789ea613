"""Answers about the schema: found in one thread, whoever has gone away meanwhile."""

import asyncio
import threading
from typing import Any

import pytest
from graphql import build_schema, parse

from api.documents import introspection_cache
from api.documents.introspection_cache import IntrospectionCache
from tests.support.waiting import until

SCHEMA = build_schema("type Query { one: Int }")


async def test_nothing_runs_beside_what_a_caller_who_has_gone_away_has_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, go_on = [0], [0], threading.Event()

    def found(_schema: Any, _document: Any, _given: Any) -> tuple[dict[str, str], None]:
        running[0] += 1
        most[0] = max(most[0], running[0])
        go_on.wait(10)
        running[0] -= 1
        return {"__typename": "Query"}, None

    monkeypatch.setattr(introspection_cache, "_execute", found)
    answers, document = IntrospectionCache(), parse("{ __typename }")
    gone = asyncio.create_task(answers.run(b"a", SCHEMA, document))
    await until(lambda: running[0] == 1)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    others = [asyncio.create_task(answers.run(key, SCHEMA, document)) for key in (b"b", b"c")]
    await asyncio.sleep(0.1)
    assert most == [1]
    go_on.set()
    assert [(await each).errors for each in others] == [None, None]
    assert (most, running) == ([1], [0])
