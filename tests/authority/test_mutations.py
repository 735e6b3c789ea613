"""Mutations: every line of the section Mutations of matrix.md, for every caller."""

import pytest

from tests.authority.outcomes import called, done, input_of, together
from tests.authority.rows import UNTOLD
from tests.authority.table import DONE, Line, lines
from tests.authority.world import World
from tests.support.unchanged import nothing_changes

CHANGED = DONE - {"nothing"}


@pytest.mark.parametrize("line", lines("Mutations"), ids=str)
async def test_a_mutation_is_refused_as_the_matrix_says_and_changes_nothing(
    changing_world: World, line: Line
) -> None:
    expected = {name: outcome for name, outcome in line.expected.items() if outcome not in CHANGED}
    callers = [changing_world.callers[name] for name in expected]
    tries = [(caller, owner) for caller in callers for owner in changing_world.owners()]
    given = [await input_of(line, *each) for each in tries]
    async with nothing_changes(*UNTOLD):
        outcomes = [
            await called(line, *each, values, changing_world) for each, values in zip(tries, given, strict=True)
        ]
        found = {
            caller.name: together(
                changing_world,
                caller,
                [outcome for (who, _), outcome in zip(tries, outcomes, strict=True) if who is caller],
            )
            for caller in callers
        }
        assert found == expected


@pytest.mark.parametrize(
    "line", [line for line in lines("Mutations") if CHANGED & set(line.expected.values())], ids=str
)
async def test_a_mutation_is_done_for_those_and_there_where_the_matrix_says(
    changing_world: World, line: Line
) -> None:
    expected = {name: outcome for name, outcome in line.expected.items() if outcome in CHANGED}
    found: dict[str, str] = {}
    for name in expected:
        caller = changing_world.callers[name]
        outcomes = [await done(line, caller, owner, changing_world) for owner in changing_world.owners()]
        found[name] = together(changing_world, caller, outcomes)
    assert found == expected
