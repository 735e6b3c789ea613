"""The faults that `make mutants` puts in: which, where, and what they are called."""

import re

import pytest

from tests.mutants.mutants import Mutant, mutants_of
from tests.mutants.survivors import known_survivors

FAULT = re.compile(r"(.*?)\[(.*) => (.*)\](.*)")
SOURCE = '''
"""Of seats."""

LEAST = 1


async def give(seats: int, *, free: bool = True) -> None:
    """Give some, 3 at most."""
    require(seats)
    if LEAST <= seats and free:
        raise ValueError("too many" + "seats")
    row = await Seat.get_or_none(id=seats, ended_at=None)
    await fetch("UPDATE seats SET assigned = assigned + 1 WHERE id = $1 AND (ended_at IS NULL OR kept) RETURNING id")
'''
EXPECTED = {
    "(module): LEAST = [1 => (1 + 1)]",
    "give: async def give(seats: int, *, free: bool = [True => False]) -> None:",
    "give: [require(seats) => pass]",
    "give: if LEAST[ <= => < ]seats and free:",
    "give: if LEAST <= seats[ and => or ]free:",
    'give: [raise ValueError("too many" + "seats") => pass]',
    'give: raise ValueError("too many"[ + => - ]"seats")',
    "give: row = await Seat.get_or_none([id=seats, => ]ended_at=None)",
    "give: row = await Seat.get_or_none(id=seats[, ended_at=None => ])",
}
UPDATE = 'await fetch("UPDATE seats SET assigned = assigned {} 1 WHERE {} AND {} RETURNING id")'
STATEMENTS = {
    UPDATE.format("[+ => -]", "id = $1", "(ended_at IS NULL OR kept)"),
    UPDATE.format("+", "[id = $1 => true]", "(ended_at IS NULL OR kept)"),
    UPDATE.format("+", "id = $1", "[(ended_at IS NULL OR kept) => true]"),
    UPDATE.format("+", "id = $1", "(ended_at IS NULL OR [kept => false])"),
    UPDATE.format("+", "id = $1", "(ended_at [IS NULL => IS NOT NULL] OR kept)"),
}


def test_each_fault_is_put_in_once_and_named_by_its_function_and_text() -> None:
    made = mutants_of("seats.py", SOURCE)
    whole = next(mutant.key for mutant in made if mutant.key.startswith("give: [await fetch("))
    assert whole.endswith(" => pass]")
    keys = {mutant.key for mutant in made} - {whole}
    assert keys == EXPECTED | {f"give: {each}" for each in STATEMENTS}


@pytest.mark.parametrize("mutant", mutants_of("seats.py", SOURCE), ids=lambda mutant: mutant.key)
def test_a_mutant_is_the_source_with_that_fault(mutant: Mutant) -> None:
    found = FAULT.fullmatch(mutant.key.partition(": ")[2])
    assert found is not None
    before, there, instead, after = found.groups()
    assert dense(before + there + after) in dense(SOURCE)
    assert dense(before + instead + after) in dense(mutant.source)
    assert len(dense(mutant.source)) == len(dense(SOURCE)) - len(dense(there)) + len(dense(instead))


def dense(text: str) -> str:
    return "".join(text.split())


def test_lines_that_move_leave_the_names_as_they_are() -> None:
    moved = {mutant.key for mutant in mutants_of("seats.py", "\n# Moved.\n" + SOURCE)}
    assert moved == {mutant.key for mutant in mutants_of("seats.py", SOURCE)}


def test_every_survivor_on_the_list_has_a_reason() -> None:
    assert all(len(survivor.reason) > 20 for survivor in known_survivors().values())
