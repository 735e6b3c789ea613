"""Subscriptions: every line of the section Subscriptions of matrix.md, over a WebSocket, for every caller."""

import json

import pytest

from tests.authority.documents import following
from tests.authority.evidence import keys_in
from tests.authority.inputs import ARGUMENTS
from tests.authority.outcomes import told
from tests.authority.table import Line, lines
from tests.authority.world import Caller, World
from tests.support.waiting import COMES_WITHIN


async def first_told(world: World, caller: Caller, line: Line) -> str:
    """The first message, in the words of the matrix; the credential goes in connection_init."""
    async with caller.client.live() as live:
        await live.subscribe(following(line.thing), **ARGUMENTS[str(line)])
        message = await live.receive(within=COMES_WITHIN)
    caller.check(json.dumps(message), None, **ARGUMENTS[str(line)])
    assert message["type"] == "next", message
    if errors := message["payload"].get("errors"):
        assert message["payload"]["data"] is None
        return told(errors[0], caller)
    return world.whose(keys_in(json.dumps(message)), caller)


@pytest.mark.parametrize("line", lines("Subscriptions"), ids=str)
async def test_a_subscription_is_for_those_whom_the_matrix_names(world: World, line: Line) -> None:
    found = {name: await first_told(world, caller, line) for name, caller in world.callers.items()}
    assert found == line.expected
