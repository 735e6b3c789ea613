"""revokeApiKey over HTTP."""

import asyncio

from api.schema.ids import encode_id
from models.database.clock import now
from models.database.connection import fetch
from models.permissions import Permission
from models.tables import ApiKey
from tests.support.answers import codes, unauthenticated
from tests.support.api_keys import WHO, make_key, revoke, rotated, shown_key, works
from tests.support.client import Client
from tests.support.company import Company
from tests.support.recorded import broken_invariants, records
from tests.support.refusals import (
    assert_not_found,
    assert_not_permitted,
    assert_unauthenticated,
    other_spellings,
    wrong_ids,
)
from tests.support.unchanged import nothing_changes

VIEW, MANAGE = Permission.VIEW_INVENTORY, Permission.MANAGE_INTEGRATIONS
SEATS = "{ account { seatInventory { version } } }"


async def test_none_of_its_secrets_works_any_more(admin: Client, company: Company) -> None:
    old = await make_key(admin, VIEW)
    new = await rotated(admin, old.id)
    kept = await make_key(admin, VIEW)
    earliest = now()
    changed = ("accounts", "api_keys", "events")
    async with nothing_changes(*changed), records(company, "api_key.revoked") as events:
        answer = await revoke(admin, old.id)
    row = await new.row()
    assert answer == {"__typename": "ApiKeyRevoked", "apiKey": await shown_key(row, "REVOKED")}
    assert row.revoked_at is not None
    assert earliest <= row.revoked_at <= now()
    assert (events[0]["data"], events[0]["pools"]) == ({"api_key_id": str(row.id)}, None)
    for key in (old, new):
        client = admin.signed_in(key.secret)
        assert await client.run(WHO) == {"viewer": None}
        unauthenticated(await client.post(SEATS), "account", reason="REVOKED")
    assert await works(admin, kept.secret)
    assert await broken_invariants() == {}


async def test_again_it_answers_the_same_and_changes_nothing(admin: Client, company: Company) -> None:
    key = await make_key(admin, VIEW)
    done = await revoke(admin, key.id)
    async with nothing_changes():
        assert await revoke(admin, key.id) == done


async def test_of_many_who_revoke_at_once_one_does(admin: Client, company: Company) -> None:
    key = await make_key(admin, VIEW)
    async with records(company, "api_key.revoked"):
        answers = await asyncio.gather(*(revoke(admin, key.id) for _ in range(5)))
    assert [answer == answers[0] for answer in answers] == [True] * 5


async def test_a_key_may_end_itself(admin: Client, company: Company) -> None:
    key = await make_key(admin, MANAGE)
    client = admin.signed_in(key.secret)
    async with records(company, "api_key.revoked", by=(await ApiKey.get()).id):
        assert (await revoke(client, key.id))["apiKey"]["state"] == "REVOKED"
    unauthenticated(await client.post("{ account { id } }"), "account", reason="REVOKED")


async def test_a_key_ends_others_that_may_do_more(admin: Client, company: Company) -> None:
    client = admin.signed_in((await make_key(admin, MANAGE)).secret)
    mighty = await make_key(admin, *Permission)
    assert (await revoke(client, mighty.id))["__typename"] == "ApiKeyRevoked"
    assert not await works(admin, mighty.secret)


async def test_one_that_has_expired_is_revoked_all_the_same(admin: Client, company: Company) -> None:
    key = await make_key(admin, VIEW)
    await ApiKey.all().update(expires_at=now())
    assert (await revoke(admin, key.id))["apiKey"]["state"] == "REVOKED"
    unauthenticated(await admin.signed_in(key.secret).post(SEATS), "account", reason="REVOKED")


async def test_whoever_uses_it_meanwhile_no_use_begins_after_the_answer(admin: Client, company: Company) -> None:
    key = await make_key(admin, Permission.MANAGE_DOMAINS)
    client = admin.signed_in(key.secret)
    add = "mutation ($name: String!) { addDomain(input: {name: $name}) { __typename } }"
    uses = [asyncio.ensure_future(client.post(add, name=f"s{number}.example.net")) for number in range(8)]
    await asyncio.sleep(0)
    assert (await revoke(admin, key.id))["__typename"] == "ApiKeyRevoked"
    async with nothing_changes("accounts", "domains", "events"):
        late = await client.post(add, name="late.example.net")
    unauthenticated(late, "addDomain", reason="REVOKED")
    for answer in await asyncio.gather(*uses):
        if codes(answer):
            unauthenticated(answer, "addDomain", reason="REVOKED")
    # Each that was done came before: the events of an account are one queue.
    newest = await fetch("SELECT type FROM events WHERE account_id = $1 ORDER BY version DESC", company.account_id)
    assert newest[0]["type"] == "api_key.revoked"
    assert await broken_invariants() == {}


async def test_ids_that_lead_nowhere_are_not_found(
    admin: Client, other_admin: Client, company: Company, other_company: Company
) -> None:
    theirs = await make_key(other_admin, VIEW)
    own = (await (await make_key(admin, VIEW)).row()).id
    for wrong in [theirs.id, *wrong_ids("ApiKey"), *other_spellings("ApiKey", own)]:
        await assert_not_found(admin, "revokeApiKey", "ApiKey", wrong, apiKeyId=wrong)
    assert await works(admin, theirs.secret)


async def test_who_may_not_revoke(client: Client, admin: Client, standard: Client, company: Company) -> None:
    key = await make_key(admin, VIEW)
    await assert_unauthenticated(client, "revokeApiKey", apiKeyId=key.id)
    for id in (key.id, encode_id("ApiKey", company.account_id)):
        await assert_not_permitted(standard, "revokeApiKey", "MANAGE_INTEGRATIONS", apiKeyId=id)
        itself = admin.signed_in(key.secret)
        await assert_not_permitted(itself, "revokeApiKey", "MANAGE_INTEGRATIONS", apiKeyId=id)
