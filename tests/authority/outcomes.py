"""The outcome of a call, in the words of matrix.md."""

from typing import Any

from models.operations.sign_in.answer_sign_in_requests import answer_sign_in_requests
from tests.authority.documents import WITNESS, changing, steps
from tests.authority.evidence import keys_in, texts_in
from tests.authority.inputs import BY_LINK, INPUTS
from tests.authority.rows import accounts_in, put_back, read_all_rows
from tests.authority.table import Line
from tests.authority.world import Belongings, Caller, World
from tests.support.answers import NOT_SIGNED_IN, not_signed_in

Json = dict[str, Any]
# Those who call with no credential that works, and what they are told of it.
WHY_NOT = {"nobody": "MISSING", "revoked": "REVOKED", "expired": "EXPIRED"}
Given = dict[str, Any] | None


async def input_of(line: Line, caller: Caller, owner: Belongings) -> Given:
    """The input of a mutation, aimed at what somebody has. Links it needs are mailed first."""
    return await INPUTS[str(line)](caller.belongings or owner, owner)


async def called(line: Line, caller: Caller, owner: Belongings, given: Given, world: World) -> str:
    """Call a mutation: how it was refused, or `nothing` where it was not, for all that the answer tells."""
    may_see = world.told_by(owner) if str(line) in BY_LINK else None
    variables = {} if given is None else {"input": given}
    answer = await caller.ask(changing(line.thing), may_see, **variables)
    if errors := answer.get("errors"):
        assert [error.get("path") for error in errors] == [[line.thing]], answer
        return told(errors[0], caller)
    result = answer["data"][line.thing]
    if "code" not in result:
        return "nothing"
    if result["code"] == "NOT_FOUND":
        assert result["NotFoundError_id"] in texts_in(given), "what is not found is told by the id that was sent"
    return _refusal(result["code"], result["message"], result.get("NotPermittedError_requires"))


async def done(line: Line, caller: Caller, owner: Belongings, world: World) -> str:
    """Call a mutation, see whose rows it changed, and put them back."""
    given = await input_of(line, caller, owner)
    before = await read_all_rows()
    outcome = await called(line, caller, owner, given, world)
    # The relay looks up the user of an address after the answer.
    await answer_sign_in_requests()
    changed = before ^ await read_all_rows()
    if not changed:
        return outcome
    await put_back(world.rows)
    if outcome != "nothing":
        return f"{outcome}, though rows changed"
    return "allowed" if world.account_id in accounts_in(changed) else "elsewhere"


def together(world: World, caller: Caller, found: list[str]) -> str:
    """One word for what came of aiming at the administrator's belongings, and at the standard user's."""
    by_owner = list(zip(world.owners(), found, strict=True))
    if len(set(found)) == 1:
        return found[0]
    own = {outcome for owner, outcome in by_owner if caller.belongings is owner}
    others = {outcome for owner, outcome in by_owner if caller.belongings is not owner}
    if (own, others) == ({"allowed"}, {"not_found"}):
        return "own"
    return "; ".join(f"{outcome} at {owner.user.email}" for owner, outcome in by_owner)


def read(world: World, caller: Caller, path: str, field: str, answer: Json) -> str:
    """The outcome of reading one field: its owner, or the refusal."""
    if errors := answer.get("errors"):
        ways = [[step for step in error["path"] if isinstance(step, str)] for error in errors]
        assert all([*steps(path), field][: len(way)] == way for way in ways), answer
        assert len({told(error, caller) for error in errors}) == 1, answer
        return told(errors[0], caller)
    values, witnesses = values_at(answer["data"], [*steps(path), field])
    if all(value is None for value in values):
        return "null"
    # Packages are nobody's: whose they are shown as, the things before them on the path tell.
    keys = (world.owned(keys_in(one)) for one in witnesses)
    return world.whose(next(filter(None, keys), set()), caller)


def told(error: Json, caller: Caller) -> str:
    """A top-level error as a word. Fails unless it says what its code always says, and to this caller."""
    extensions = error["extensions"]
    if extensions["code"] == "UNAUTHENTICATED":
        reason = WHY_NOT[caller.name]
        assert (error["message"], extensions) == (NOT_SIGNED_IN[reason], not_signed_in(reason))
    return _refusal(extensions["code"], error["message"], extensions.get("requires"))


def values_at(data: Any, names: list[str]) -> tuple[list[Any], list[str]]:
    """All values at the end of a path, and for each step on it, the last first, the ids that were witness."""
    level, witnesses = [data], list[str]()
    for name in names:
        below = [row[name] for row in level if row is not None]
        level = [one for value in below for one in (value if isinstance(value, list) else [value])]
        witnesses.insert(
            0, " ".join(witness for row in level if isinstance(row, dict) for witness in _witnesses(row))
        )
    return level, witnesses


def _witnesses(row: Json) -> list[str]:
    return [str(row[name]) for name in (WITNESS, f"{WITNESS}_key") if name in row]


def _refusal(code: str, message: str, requires: str | None) -> str:
    if code == "NOT_PERMITTED":
        assert message == f"This needs the permission {requires}."
        return f"not_permitted {requires}"
    return code.lower()
