"""A rule is planned as a whole: it reads each table once, from its beginning to its end, whatever there is in it."""

from collections import Counter

import pytest

from models.database.connection import snapshot
from models.invariants import INVARIANTS, Invariant, first_rows
from tests.support.history import History
from tests.support.plans import nodes, plan_of


@pytest.mark.parametrize("invariant", INVARIANTS, ids=lambda invariant: invariant.name)
async def test_a_rule_reads_each_table_once_and_by_no_index(history: History, invariant: Invariant) -> None:
    async with snapshot():
        plan = await plan_of(first_rows(invariant))
    read = Counter(node["Relation Name"] for node in nodes(plan) if "Relation Name" in node)
    assert read
    assert set(read.values()) == {1}
    by_index = {"Index Scan", "Bitmap Heap Scan"}
    assert [node["Node Type"] for node in nodes(plan) if node["Node Type"] in by_index] == []


@pytest.mark.parametrize("invariant", INVARIANTS, ids=lambda invariant: invariant.name)
async def test_a_rule_is_planned_as_without_a_limit(history: History, invariant: Invariant) -> None:
    async with snapshot():
        limited, whole = await plan_of(first_rows(invariant)), await plan_of(invariant.broken_by)
    [rule] = [node for node in nodes(limited) if node.get("Subplan Name") == "CTE broken"]
    assert [node["Node Type"] for node in nodes(rule)] == [node["Node Type"] for node in nodes(whole)]
