"""Reading fields: every field of every line of the section Fields of matrix.md, for every caller."""

import pytest

from tests.authority.documents import reading
from tests.authority.outcomes import read
from tests.authority.table import Line, lines
from tests.authority.world import World


@pytest.mark.parametrize("line", lines("Fields"), ids=str)
async def test_a_field_is_shown_to_those_whom_the_matrix_names(world: World, line: Line) -> None:
    for field in line.fields:
        document = reading(line.path, field)
        found = {
            name: read(world, caller, line.path, field, await caller.ask(document))
            for name, caller in world.callers.items()
        }
        assert (field, found) == (field, line.expected)
