"""Objects by their ids: every line of the section Nodes of matrix.md, and every row of the account."""

import pytest

from tests.authority.documents import everything
from tests.authority.inputs import IDS
from tests.authority.outcomes import together
from tests.authority.table import Line, lines
from tests.authority.world import Caller, World

NODE = f"query ($id: ID!) {{ node(id: $id) {{ {everything('Node', depth=2)} ... on Node {{ id }} }} }}"
NODES = f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ {everything('Node', depth=0)} ... on Node {{ id }} }} }}"


async def found_by(caller: Caller, type_name: str, id: str) -> str:
    """The outcome of `node` for an id; fails unless `nodes` answers the same."""
    one, many = await caller.ask(NODE, id=id), await caller.ask(NODES, ids=[id])
    assert "data" in one, one
    assert "data" in many, many
    node, (again,) = one["data"]["node"], many["data"]["nodes"]
    assert (node is None) == (again is None)
    for shown in (node, again):
        assert shown is None or (shown["__typename"], shown["id"]) == (type_name, id)
    return "not_found" if node is None else "allowed"


@pytest.mark.parametrize("line", lines("Nodes"), ids=str)
async def test_a_type_is_found_by_those_whom_the_matrix_names(world: World, line: Line) -> None:
    found: dict[str, str] = {}
    for name, caller in world.callers.items():
        outcomes = [await found_by(caller, line.thing, IDS[line.thing](owner)) for owner in world.owners()]
        found[name] = together(world, caller, outcomes)
    assert found == line.expected
