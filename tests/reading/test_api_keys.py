"""Reading keys, as an administrator and as the key itself; and that a key is used is noted, twice a minute."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from models.database.clock import now
from models.database.connection import fetch
from models.permissions import Permission
from models.tables import ApiKey, ApiKeySecret
from tests.support.answers import refused
from tests.support.api_keys import KEY, WHO, Key, make_key, revoke, rotated, shown_key
from tests.support.client import Client
from tests.support.company import Company
from tests.support.recorded import broken_invariants
from tests.support.statements import statements
from tests.support.unchanged import nothing_changes

VIEW, MANAGE = Permission.VIEW_INVENTORY, Permission.MANAGE_INTEGRATIONS
LIST = f"{{ account {{ apiKeys {{ totalCount nodes {KEY} }} }} }}"
PAGE = (
    "query ($first: Int, $after: String) { account { apiKeys(first: $first, after: $after)"
    " { nodes { id } pageInfo { hasNextPage endCursor } totalCount } } }"
)
NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"
NOTES = "UPDATE api_key_secrets SET last_used_at"


async def last_used(key: Key) -> datetime | None:
    """When a secret was last used, as it is noted."""
    return (await key.secret_row()).last_used_at


async def test_all_keys_of_the_account_are_listed_oldest_first_in_every_state(
    admin: Client, other_admin: Client, company: Company
) -> None:
    await make_key(other_admin, VIEW)
    active = await make_key(admin, VIEW, allowedNetworks=["192.0.2.0/24"])
    expired = await make_key(admin, VIEW, name="Old", expiresAt="2999-01-01T00:00:00Z")
    revoked = await make_key(admin, MANAGE, VIEW, name="Gone")
    await rotated(admin, active.id)
    await ApiKey.filter(name="Old").update(expires_at=now())
    await revoke(admin, revoked.id)
    rows = [await key.row() for key in (active, expired, revoked)]
    states = ["ACTIVE", "EXPIRED", "REVOKED"]
    shown = [await shown_key(row, state) for row, state in zip(rows, states, strict=True)]
    assert await admin.run(LIST) == {"account": {"apiKeys": {"totalCount": 3, "nodes": shown}}}


async def test_keys_are_read_page_by_page(admin: Client, company: Company) -> None:
    ids = [(await make_key(admin, VIEW)).id for _ in range(3)]
    first = (await admin.run(PAGE, first=2))["account"]["apiKeys"]
    assert [node["id"] for node in first["nodes"]] == ids[:2]
    assert (first["pageInfo"]["hasNextPage"], first["totalCount"]) == (True, 3)
    second = (await admin.run(PAGE, first=2, after=first["pageInfo"]["endCursor"]))["account"]["apiKeys"]
    assert [node["id"] for node in second["nodes"]] == ids[2:]


async def test_many_keys_cost_no_more_statements_than_one(admin: Client, company: Company) -> None:
    await make_key(admin, VIEW)
    with statements() as for_one:
        await admin.run(LIST)
    for _ in range(4):
        await make_key(admin, VIEW)
    with statements() as for_many:
        await admin.run(LIST)
    assert len(for_many) == len(for_one)


async def test_who_may_not_manage_integrations_reads_no_key(
    client: Client, admin: Client, standard: Client, other_admin: Client, company: Company
) -> None:
    key = await make_key(admin, VIEW)
    others = [each for each in Permission if each is not MANAGE]
    colleague = admin.signed_in((await make_key(admin, *others)).secret)
    for caller in (standard, colleague):
        assert refused(await caller.post(LIST), "NOT_PERMITTED", "account", "apiKeys")["requires"] == MANAGE.value
    for caller in (client, standard, other_admin, colleague):
        assert await caller.run(NODE, id=key.id) == {"node": None}
    assert (await other_admin.run(LIST))["account"]["apiKeys"]["nodes"] == []


async def test_a_key_is_a_viewer_without_a_user(admin: Client, company: Company) -> None:
    made = await make_key(admin, Permission.PURCHASE, VIEW)
    key = admin.signed_in(made.secret)
    document = (
        f"{{ viewer {{ user {{ id }} apiKey {KEY} permissions account {{ name }}"
        " sessions { totalCount nodes { id } pageInfo { hasNextPage } } } }"
    )
    viewer = (await key.run(document))["viewer"]
    assert viewer == {
        "user": None,
        "apiKey": await shown_key(await made.row()),
        "permissions": ["VIEW_INVENTORY", "PURCHASE"],
        "account": {"name": "Company of example.com"},
        "sessions": {"totalCount": 0, "nodes": [], "pageInfo": {"hasNextPage": False}},
    }
    assert await admin.run("{ viewer { apiKey { id } } }") == {"viewer": {"apiKey": None}}


async def test_a_key_finds_itself_by_its_id_and_no_other(admin: Client, company: Company) -> None:
    made, another = await make_key(admin, VIEW), await make_key(admin, VIEW)
    key = admin.signed_in(made.secret)
    assert await key.run(NODE, id=made.id) == {"node": {"__typename": "ApiKey", "id": made.id}}
    assert await key.run(NODE, id=another.id) == {"node": None}


async def test_no_session_is_a_key_s_current_one(admin: Client, company: Company) -> None:
    key = admin.signed_in((await make_key(admin, *Permission)).secret)
    nodes = (await key.run("{ account { sessions { nodes { current } } } }"))["account"]["sessions"]["nodes"]
    assert {node["current"] for node in nodes} == {False}


async def test_a_key_ends_sessions_only_where_it_may_manage_users(admin: Client, company: Company) -> None:
    await company.access_token(company.users[0])
    ids = (await admin.run("{ account { sessions { nodes { id user { email } } } } }"))["account"]["sessions"][
        "nodes"
    ]
    (anns,) = (node["id"] for node in ids if node["user"]["email"] == "ann@example.com")
    weak, strong = await make_key(admin, VIEW), await make_key(admin, Permission.MANAGE_USERS)
    async with nothing_changes():
        answer = await admin.signed_in(weak.secret).mutate("revokeSession", "", sessionId=anns)
    assert answer["code"] == "NOT_FOUND"
    answer = await admin.signed_in(strong.secret).mutate("revokeSession", "", sessionId=anns)
    assert answer == {"__typename": "SessionRevoked"}


async def test_the_first_use_is_noted_of_the_secret_that_was_used(admin: Client, company: Company) -> None:
    old = await make_key(admin, VIEW)
    new = await rotated(admin, old.id)
    assert [await last_used(key) for key in (old, new)] == [None, None]
    earliest = now()
    await admin.signed_in(new.secret).run(WHO)
    used = await last_used(new)
    assert used is not None
    assert earliest <= used <= now()
    assert await last_used(old) is None
    (shown,) = (await admin.run(LIST))["account"]["apiKeys"]["nodes"]
    assert shown == await shown_key(await new.row())
    assert shown["lastUsedAt"] == shown["secrets"][1]["lastUsedAt"] != shown["secrets"][0]["lastUsedAt"]


async def test_use_is_noted_at_most_twice_a_minute(admin: Client, company: Company) -> None:
    made = await make_key(admin, VIEW)
    key = admin.signed_in(made.secret)
    with statements() as seen:
        for _ in range(3):
            await key.run(WHO)
    assert len([one for one in seen if one.startswith(NOTES)]) == 1
    noted = await last_used(made)
    await ApiKeySecret.all().update(last_used_at=now() - timedelta(seconds=25))
    with statements() as seen:
        await key.run(WHO)
    assert [one for one in seen if one.startswith(NOTES)] == []
    await ApiKeySecret.all().update(last_used_at=now() - timedelta(seconds=31))
    with statements() as seen:
        await key.run(WHO)
    assert len([one for one in seen if one.startswith(NOTES)]) == 1
    again = await last_used(made)
    assert again is not None
    assert noted is not None
    assert again > noted


async def test_of_many_who_use_it_at_once_one_notes_it(admin: Client, company: Company) -> None:
    key = admin.signed_in((await make_key(admin, VIEW)).secret)
    await fetch("CREATE SEQUENCE notes")
    await fetch(
        "CREATE FUNCTION count_note() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN PERFORM nextval('notes'); RETURN NEW; END $$"
    )
    await fetch("CREATE TRIGGER noted AFTER UPDATE ON api_key_secrets FOR EACH ROW EXECUTE FUNCTION count_note()")
    try:
        await asyncio.gather(*(key.run(WHO) for _ in range(20)))
        assert await fetch("SELECT last_value, is_called FROM notes") == [{"last_value": 1, "is_called": True}]
    finally:
        await fetch("DROP FUNCTION count_note CASCADE")
        await fetch("DROP SEQUENCE notes")


async def test_what_is_refused_is_noted_as_use_and_what_is_no_credential_is_not(
    admin: Client, company: Company
) -> None:
    made = await make_key(admin, VIEW)
    await admin.signed_in(made.secret).post("{ account { users { totalCount } } }")
    assert await last_used(made) is not None
    for end in ({"revoked_at": now()}, {"revoked_at": None, "expires_at": now()}):
        await ApiKey.all().update(**end)
        await ApiKeySecret.all().update(last_used_at=None)
        await admin.signed_in(made.secret).run(WHO)
        assert await last_used(made) is None


@pytest.mark.parametrize("scopes", [["VIEW_INVENTORY", "FROM_ANOTHER_VERSION"]])
async def test_a_scope_that_this_version_does_not_know_opens_nothing(
    admin: Client, company: Company, scopes: list[str]
) -> None:
    made = await make_key(admin, VIEW)
    await ApiKey.all().update(scopes=scopes)
    answer: dict[str, Any] = await admin.signed_in(made.secret).run("{ viewer { permissions apiKey { scopes } } }")
    assert answer["viewer"] == {"permissions": ["VIEW_INVENTORY"], "apiKey": {"scopes": ["VIEW_INVENTORY"]}}
    assert await broken_invariants() == {}
