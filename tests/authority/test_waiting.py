"""A viewer that loses its authority while its call waits for the account's lock changes nothing any more."""

import pytest

from models.database.clock import now
from models.permissions import Permission
from models.tables import ApiKey, ApiKeySecret, Role, Session, User
from tests.authority.test_roles import ADD_USER, PERSON, caller, zoe
from tests.authority.world import World
from tests.support.answers import unauthenticated
from tests.support.api_keys import make_key
from tests.support.client import Client
from tests.support.licensing import id_of
from tests.support.queue import in_turn
from tests.support.refusals import not_permitted

__all__ = ["caller", "zoe"]

DEMOTE_MYSELF = (
    "mutation ($me: ID!, $person: AddUserInput!) {"
    " changeUserRole(input: {userId: $me, role: STANDARD}) { __typename }"
    " addUser(input: $person) { __typename ... on NotPermittedError { requires } } }"
)


async def added() -> bool:
    return await User.exists(email=PERSON["email"])


async def test_who_is_demoted_while_the_call_waits_is_refused(
    changing_world: World, caller: Client, zoe: User
) -> None:
    async def demote() -> None:
        await User.filter(id=zoe.id).update(role=Role.STANDARD)

    (answer,) = await in_turn(zoe.account_id, caller.run(ADD_USER, input=PERSON), change=demote)
    assert answer["addUser"] == not_permitted("MANAGE_USERS")
    assert not await added()


async def test_who_is_signed_out_while_the_call_waits_is_refused(
    changing_world: World, caller: Client, zoe: User
) -> None:
    async def sign_out() -> None:
        await Session.filter(user_id=zoe.id).update(revoked_at=now())

    (answer,) = await in_turn(zoe.account_id, caller.post(ADD_USER, input=PERSON), change=sign_out)
    unauthenticated(answer, "addUser", reason="REVOKED")
    assert not await added()


async def test_a_key_that_is_revoked_while_its_call_waits_is_refused(
    changing_world: World, caller: Client, zoe: User
) -> None:
    key = caller.signed_in((await make_key(caller, Permission.MANAGE_USERS)).secret)

    async def revoke() -> None:
        await ApiKey.filter(created_by_id=zoe.id).update(revoked_at=now())

    (answer,) = await in_turn(zoe.account_id, key.post(ADD_USER, input=PERSON), change=revoke)
    unauthenticated(answer, "addUser", reason="REVOKED")
    assert not await added()


async def test_a_key_whose_secret_ends_while_its_call_waits_is_refused(
    changing_world: World, caller: Client, zoe: User
) -> None:
    made = await make_key(caller, Permission.MANAGE_USERS)

    async def end() -> None:
        await ApiKeySecret.filter(id=(await made.secret_row()).id).update(expires_at=now())

    (answer,) = await in_turn(zoe.account_id, caller.signed_in(made.secret).post(ADD_USER, input=PERSON), change=end)
    unauthenticated(answer, "addUser", reason="EXPIRED")
    assert not await added()


async def test_a_key_outlives_its_maker_s_role_also_while_its_call_waits(
    changing_world: World, caller: Client, zoe: User
) -> None:
    key = caller.signed_in((await make_key(caller, Permission.MANAGE_USERS)).secret)

    async def demote() -> None:
        await User.filter(id=zoe.id).update(role=Role.STANDARD)

    (answer,) = await in_turn(zoe.account_id, key.run(ADD_USER, input=PERSON), change=demote)
    assert answer["addUser"] == {"__typename": "UserAdded"}


async def test_who_demotes_themselves_may_no_more_in_the_same_document(
    changing_world: World, caller: Client, zoe: User
) -> None:
    answer = await caller.run(DEMOTE_MYSELF, me=id_of(zoe), person=PERSON)
    assert answer == {
        "changeUserRole": {"__typename": "UserRoleChanged"},
        "addUser": {"__typename": "NotPermittedError", "requires": "MANAGE_USERS"},
    }
    assert not await added()


@pytest.mark.usefixtures("zoe")
async def test_a_call_that_only_waits_is_done(changing_world: World, caller: Client, zoe: User) -> None:
    (answer,) = await in_turn(zoe.account_id, caller.run(ADD_USER, input=PERSON))
    assert answer["addUser"] == {"__typename": "UserAdded"}
    assert await added()
