"""Every change that waits for its account asks again, under the lock, whether its caller may make it.

The calls are those of matrix.md that an administrator makes and a standard user may not: a mutation that is added
there is tried here as well.
"""

import ast
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

import models.operations
from models.access.secrets import secret_hash
from models.database.clock import now
from models.permissions import Permission
from models.tables import ApiKey, ApiKeySecret, Role, Session, User
from tests.authority.outcomes import called, done, input_of
from tests.authority.rows import AllRows, put_back, read_all_rows
from tests.authority.table import DONE, Line, lines
from tests.authority.world import Caller, World
from tests.support.queue import in_turn

# A cart is its user's own, and no change of it waits for the account.
OF_A_CART = {"addToCart", "changeCartLine", "removeFromCart"}
LINES = [
    line
    for line in lines("Mutations")
    if line.expected["standard"].startswith("not_permitted")
    and line.expected["administrator"] in DONE
    and line.thing not in OF_A_CART
]
# Each call that waits takes a connection of the pool, which has 20.
AT_ONCE = 10


@dataclass(frozen=True)
class Loss:
    """How a caller loses what they may do, and what each call comes to then; `takes` gets what the call requires."""

    caller: str
    outcome: str | None
    takes: Callable[[Caller, str], Awaitable[Any]]
    # How the refusal explains itself, in the words of the matrix' callers.
    reason: str = ""

    def expected(self, line: Line) -> str:
        """The outcome of a call."""
        return self.outcome or line.expected["standard"]


def session(caller: Caller) -> Any:
    assert caller.client.token is not None
    return Session.filter(hash=secret_hash(caller.client.token))


def secret(caller: Caller) -> Any:
    assert caller.client.token is not None
    return ApiKeySecret.filter(hash=secret_hash(caller.client.token))


def key(caller: Caller) -> Any:
    return ApiKey.filter(id=caller.api_key_id)


async def demote(caller: Caller, _required: str) -> None:
    assert caller.belongings is not None
    assert await User.filter(id=caller.belongings.user.id).update(role=Role.STANDARD) == 1


async def sign_out(caller: Caller, _required: str) -> None:
    assert await session(caller).update(revoked_at=now()) == 1


async def end_session(caller: Caller, _required: str) -> None:
    assert await session(caller).update(expires_at=now()) == 1


async def narrow(caller: Caller, required: str) -> None:
    rest = [each.value for each in Permission if each.value != required]
    assert await key(caller).update(scopes=rest) == 1


async def revoke_key(caller: Caller, _required: str) -> None:
    assert await key(caller).update(revoked_at=now()) == 1


async def end_key(caller: Caller, _required: str) -> None:
    assert await key(caller).update(expires_at=now()) == 1


async def end_secret(caller: Caller, _required: str) -> None:
    assert await secret(caller).update(expires_at=now()) == 1


LOSSES = {
    "the role of a standard user": Loss("administrator", None, demote),
    "a session that was signed out": Loss("administrator", "unauthenticated", sign_out, "revoked"),
    "a session past its end": Loss("administrator", "unauthenticated", end_session, "expired"),
    "a key without the scope": Loss("full key", None, narrow),
    "a key that was revoked": Loss("full key", "unauthenticated", revoke_key, "revoked"),
    "a key past its end": Loss("full key", "unauthenticated", end_key, "expired"),
    "a secret past its end": Loss("full key", "unauthenticated", end_secret, "expired"),
}


def required(line: Line) -> str:
    return line.expected["standard"].removeprefix("not_permitted ")


def mutation_of(operation: Path) -> str:
    head, *rest = operation.stem.split("_")
    return head + "".join(word.capitalize() for word in rest)


def test_every_operation_that_waits_for_a_viewer_s_account_is_tried() -> None:
    folder = Path(models.operations.__path__[0])
    waiting = {
        mutation_of(file)
        for file in folder.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Name) and node.id == "viewer_transaction"
    }
    assert waiting | {"assignLicense"} == {line.thing for line in LINES}


def groups() -> dict[str, list[Line]]:
    """The lines that require the same, in groups that wait together."""
    found: dict[str, list[Line]] = {}
    for name, of_one in groupby(sorted(LINES, key=required), key=required):
        tried = list(of_one)
        found |= {f"{name} {start}": tried[start : start + AT_ONCE] for start in range(0, len(tried), AT_ONCE)}
    return found


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
@pytest.mark.parametrize("tried", groups().values(), ids=groups())
async def test_what_a_caller_may_do_no_more_once_it_has_waited_is_refused_and_not_done(
    changing_world: World, loss: Loss, tried: list[Line]
) -> None:
    world, caller = changing_world, changing_world.callers[loss.caller]
    told = replace(caller, name=loss.reason or caller.name)
    given = [await input_of(line, caller, world.administrator) for line in tried]
    kept: list[AllRows] = []

    async def lose() -> None:
        await loss.takes(caller, required(tried[0]))
        kept.append(await read_all_rows())

    calls = [
        called(line, told, world.administrator, values, world) for line, values in zip(tried, given, strict=True)
    ]
    outcomes = await in_turn(world.ours.account_id, *calls, change=lose)
    assert dict(zip(map(str, tried), outcomes, strict=True)) == {str(line): loss.expected(line) for line in tried}
    assert [await read_all_rows()] == kept


async def test_a_key_left_with_the_one_scope_while_it_waits_is_refused_what_takes_more(changing_world: World) -> None:
    world, caller = changing_world, changing_world.callers["full key"]
    take_more: set[str] = set()
    for line in LINES:

        async def keep_one(scope: str = required(line)) -> None:
            assert await key(caller).update(scopes=[scope]) == 1

        await keep_one()
        at_once = await done(line, caller, world.administrator, world)
        await put_back(world.rows)
        if at_once in DONE:
            continue
        take_more.add(line.thing)
        given = await input_of(line, caller, world.administrator)
        before = await _rows_but_for_keys()
        call = called(line, caller, world.administrator, given, world)
        [outcome] = await in_turn(world.ours.account_id, call, change=keep_one)
        assert outcome not in DONE, line
        assert await _rows_but_for_keys() == before, line
        await put_back(world.rows)
    assert take_more == {"addUser", "createApiKey", "rotateApiKey"}


async def _rows_but_for_keys() -> AllRows:
    return frozenset(row for row in await read_all_rows() if row[0] != "api_keys")
