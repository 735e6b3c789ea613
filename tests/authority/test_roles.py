"""A role that was changed, and a session that was ended, count from the next request on, also on an open socket."""

from typing import Any

import pytest

from models.tables import Role, User
from tests.authority.world import World
from tests.support.answers import refused
from tests.support.client import Client, Live
from tests.support.licensing import id_of
from tests.support.refusals import document, not_permitted
from tests.support.shown import NOT_PERMITTED
from tests.support.unchanged import nothing_changes

Json = dict[str, Any]

USERS = "{ account { users { totalCount } } }"
ADD_USER = document("addUser", NOT_PERMITTED)
PERSON = {"email": "new@example.com", "firstName": "Nia", "lastName": "New"}


@pytest.fixture
async def zoe(changing_world: World) -> User:
    """A second administrator of the account."""
    return await changing_world.ours.add_user("Zoe", role=Role.ADMINISTRATOR)


@pytest.fixture
async def caller(changing_world: World, zoe: User) -> Client:
    """Zoe, signed in before anything happens to her."""
    nobody = changing_world.callers["nobody"].client
    return nobody.signed_in(await changing_world.ours.access_token(zoe))


async def make(world: World, user: User, role: Role) -> None:
    """Have the administrator change somebody's role."""
    administrator = world.callers["administrator"].client
    answer = await administrator.mutate("changeUserRole", "", userId=id_of(user), role=role.value)
    assert answer == {"__typename": "UserRoleChanged"}


async def over(live: Live, query: str, **variables: Any) -> Json:
    """Run a query or a mutation on a socket and return the whole answer."""
    await live.subscribe(query, id="once", **variables)
    message = await live.receive()
    assert message["type"] == "next", message
    assert await live.receive() == {"type": "complete", "id": "once"}
    return message["payload"]


async def test_who_is_demoted_may_no_more_from_the_next_request_on(
    changing_world: World, caller: Client, zoe: User
) -> None:
    other_user = id_of(changing_world.standard.user)
    node = "query ($id: ID!) { node(id: $id) { id } }"
    assert await caller.run(node, id=other_user) == {"node": {"id": other_user}}
    assert "errors" not in await caller.post(USERS)
    await make(changing_world, zoe, Role.STANDARD)
    async with nothing_changes():
        assert (await caller.run(ADD_USER, input=PERSON))["addUser"] == not_permitted("MANAGE_USERS")
        refused(await caller.post(USERS), "NOT_PERMITTED", "account", "users")
        assert await caller.run(node, id=other_user) == {"node": None}
        assert await caller.run("{ viewer { permissions } }") == {"viewer": {"permissions": []}}


async def test_who_is_promoted_may_from_the_next_request_on(changing_world: World, caller: Client, zoe: User) -> None:
    await make(changing_world, zoe, Role.STANDARD)
    refused(await caller.post(USERS), "NOT_PERMITTED", "account", "users")
    await make(changing_world, zoe, Role.ADMINISTRATOR)
    assert "errors" not in await caller.post(USERS)
    assert (await caller.run(ADD_USER, input=PERSON))["addUser"] == {"__typename": "UserAdded"}


async def test_a_role_counts_on_a_socket_that_was_open_before(
    changing_world: World, caller: Client, zoe: User
) -> None:
    async with caller.live() as live:
        assert "errors" not in await over(live, USERS)
        await make(changing_world, zoe, Role.STANDARD)
        async with nothing_changes():
            refused(await over(live, USERS), "NOT_PERMITTED", "account", "users")
            answer = await over(live, ADD_USER, input=PERSON)
            assert answer["data"]["addUser"] == not_permitted("MANAGE_USERS")
        await make(changing_world, zoe, Role.ADMINISTRATOR)
        assert (await over(live, ADD_USER, input=PERSON))["data"]["addUser"] == {"__typename": "UserAdded"}


async def test_a_session_that_was_ended_changes_nothing_on_a_socket_that_was_open_before(caller: Client) -> None:
    async with caller.live() as live:
        assert "errors" not in await over(live, USERS)
        assert await caller.run("mutation { signOut { ok } }") == {"signOut": {"ok": True}}
        async with nothing_changes():
            refused(await over(live, USERS), "UNAUTHENTICATED", "account")
            refused(await over(live, ADD_USER, input=PERSON), "UNAUTHENTICATED", "addUser")
