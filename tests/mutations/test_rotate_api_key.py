"""rotateApiKey over HTTP."""

from datetime import datetime, timedelta

import pytest

from api.schema.ids import encode_id
from models.access.secrets import secret_hash
from models.database.clock import now
from models.database.connection import fetch
from models.permissions import Permission
from models.tables import ApiKey, ApiKeySecret
from tests.support.answers import unauthenticated
from tests.support.api_keys import KEY, ROTATED, WHO, Key, make_key, revoke, rotate, rotated, shown_key, works
from tests.support.client import Client
from tests.support.company import Company
from tests.support.recorded import broken_invariants, records
from tests.support.refusals import (
    assert_bad_variables,
    assert_invalid,
    assert_not_found,
    assert_not_permitted,
    assert_unauthenticated,
    call,
    not_permitted,
    other_spellings,
    wrong_ids,
)
from tests.support.unchanged import nothing_changes

OVERLAP = "A whole number of minutes from 0 to 43200."
VIEW, MANAGE = Permission.VIEW_INVENTORY, Permission.MANAGE_INTEGRATIONS


async def ends_at(key: Key) -> datetime | None:
    """When a secret stops working because it was replaced."""
    return (await key.secret_row()).expires_at


async def is_expired(client: Client, secret: str) -> None:
    """Fail unless a secret has stopped working, and says so."""
    assert await client.signed_in(secret).run(WHO) == {"viewer": None}
    unauthenticated(await client.signed_in(secret).post("{ account { id } }"), "account", reason="EXPIRED")


async def test_a_new_secret_works_beside_the_old_one(admin: Client, company: Company) -> None:
    old = await make_key(admin, VIEW)
    earliest = now()
    async with (
        nothing_changes("accounts", "allowances_spent", "api_key_secrets", "events"),
        records(company, "api_key.rotated") as events,
    ):
        answer = await rotate(admin, old.id)
    row = await ApiKey.get()
    assert answer == {"__typename": "ApiKeyRotated", "apiKey": await shown_key(row), "secret": answer["secret"]}
    new = Key(old.id, answer["secret"])
    assert new.secret != old.secret
    assert new.secret.startswith("usher_key_")
    assert (await new.secret_row()).hash == secret_hash(new.secret)
    assert [secret["hint"] for secret in answer["apiKey"]["secrets"]] == [old.secret[-4:], new.secret[-4:]]
    ends = await ends_at(old)
    assert ends is not None
    assert earliest + timedelta(days=1) <= ends <= now() + timedelta(days=1)
    assert await ends_at(new) is None
    assert [await works(admin, key.secret) for key in (old, new)] == [True, True]
    assert (events[0]["data"], events[0]["pools"]) == ({"api_key_id": str(row.id)}, None)
    assert await broken_invariants() == {}


async def test_the_old_secret_ends_with_the_overlap(admin: Client, company: Company) -> None:
    old = await make_key(admin, VIEW)
    new = await rotated(admin, old.id, overlapMinutes=1)
    assert await works(admin, old.secret)
    await fetch("UPDATE api_key_secrets SET expires_at = now() WHERE expires_at IS NOT NULL")
    await is_expired(admin, old.secret)
    assert await works(admin, new.secret)


async def test_without_an_overlap_the_old_secret_ends_at_once(admin: Client, company: Company) -> None:
    old = await make_key(admin, VIEW)
    new = await rotated(admin, old.id, overlapMinutes=0)
    await is_expired(admin, old.secret)
    assert await works(admin, new.secret)


async def test_the_longest_overlap_is_thirty_days(admin: Client, company: Company) -> None:
    old = await make_key(admin, VIEW)
    earliest = now()
    await rotated(admin, old.id, overlapMinutes=43_200)
    ends = await ends_at(old)
    assert ends is not None
    assert earliest + timedelta(days=30) <= ends <= now() + timedelta(days=30)


async def test_no_secret_lives_longer_than_it_would_have(admin: Client, company: Company) -> None:
    first = await make_key(admin, VIEW)
    second = await rotated(admin, first.id, overlapMinutes=10)
    soon = await ends_at(first)
    third = await rotated(admin, first.id, overlapMinutes=1000)
    assert await ends_at(first) == soon
    late = await ends_at(second)
    assert late is not None
    assert soon is not None
    assert late > soon + timedelta(minutes=900)
    assert await ends_at(third) is None
    assert [await works(admin, key.secret) for key in (first, second, third)] == [True, True, True]
    # And a shorter overlap ends them all sooner.
    last = await rotated(admin, first.id, overlapMinutes=0)
    for key in (first, second, third):
        await is_expired(admin, key.secret)
    assert await works(admin, last.secret)
    assert await ApiKeySecret.filter(expires_at=None).count() == 1


async def test_a_secret_that_has_ended_does_not_come_back(admin: Client, company: Company) -> None:
    old = await make_key(admin, VIEW)
    await rotated(admin, old.id, overlapMinutes=0)
    ended = await ends_at(old)
    await rotated(admin, old.id, overlapMinutes=1000)
    assert await ends_at(old) == ended
    await is_expired(admin, old.secret)


async def test_the_end_of_the_key_beats_the_overlap(admin: Client, company: Company) -> None:
    old = await make_key(admin, VIEW, expiresAt=(now() + timedelta(hours=1)).isoformat())
    new = await rotated(admin, old.id, overlapMinutes=1000)
    assert [await works(admin, key.secret) for key in (old, new)] == [True, True]
    await fetch("UPDATE api_keys SET expires_at = now()")
    for key in (old, new):
        await is_expired(admin, key.secret)


async def test_a_key_of_an_account_is_rotated_and_no_other(admin: Client, company: Company) -> None:
    kept, changed = await make_key(admin, VIEW), await make_key(admin, VIEW)
    await rotated(admin, changed.id, overlapMinutes=0)
    assert await ends_at(kept) is None
    assert await works(admin, kept.secret)


async def test_a_key_may_rotate_itself(admin: Client, company: Company) -> None:
    old = await make_key(admin, MANAGE, VIEW)
    client = admin.signed_in(old.secret)
    async with records(company, "api_key.rotated", by=(await ApiKey.get()).id):
        new = await rotated(client, old.id, overlapMinutes=0)
    await is_expired(admin, old.secret)
    assert await works(admin, new.secret)


async def test_nobody_gets_a_secret_of_what_can_do_more_than_they_can(admin: Client, company: Company) -> None:
    maker = admin.signed_in((await make_key(admin, MANAGE, VIEW)).secret)
    for scope in set(Permission) - {MANAGE, VIEW}:
        mighty = await make_key(admin, VIEW, scope)
        async with nothing_changes("allowances_spent"):
            answer = await call(maker, "rotateApiKey", ROTATED, apiKeyId=mighty.id)
        assert answer == not_permitted(scope.value)
    equal = await make_key(admin, VIEW)
    assert await works(admin, (await rotated(maker, equal.id)).secret)


@pytest.mark.parametrize("wrong", [-1, 43_201, 2**31 - 1, -(2**31)])
async def test_an_overlap_is_between_none_and_thirty_days(admin: Client, company: Company, wrong: int) -> None:
    key = await make_key(admin, VIEW)
    await assert_invalid(admin, "rotateApiKey", {"overlapMinutes": OVERLAP}, apiKeyId=key.id, overlapMinutes=wrong)


async def test_values_of_a_wrong_type_are_a_top_level_error(admin: Client, company: Company) -> None:
    key = await make_key(admin, VIEW)
    for wrong in ({"overlapMinutes": "1"}, {"overlapMinutes": 0.5}, {"overlapMinutes": None}, {"apiKeyId": None}):
        await assert_bad_variables(admin, "rotateApiKey", **({"apiKeyId": key.id} | wrong))


async def test_what_has_ended_gets_no_new_secret(admin: Client, company: Company) -> None:
    revoked, expired = await make_key(admin, VIEW), await make_key(admin, VIEW)
    await revoke(admin, revoked.id)
    await ApiKey.filter(id=(await expired.row()).id).update(expires_at=now())
    for key in (revoked, expired):
        await assert_not_found(admin, "rotateApiKey", "ApiKey", key.id, apiKeyId=key.id)


async def test_ids_that_lead_nowhere_are_not_found(
    admin: Client, other_admin: Client, company: Company, other_company: Company
) -> None:
    theirs = await make_key(other_admin, VIEW)
    own = (await (await make_key(admin, VIEW)).row()).id
    for wrong in [theirs.id, *wrong_ids("ApiKey"), *other_spellings("ApiKey", own)]:
        await assert_not_found(admin, "rotateApiKey", "ApiKey", wrong, apiKeyId=wrong)
    assert await works(admin, theirs.secret)


async def test_who_may_not_rotate(client: Client, admin: Client, standard: Client, company: Company) -> None:
    key = await make_key(admin, VIEW)
    await assert_unauthenticated(client, "rotateApiKey", apiKeyId=key.id)
    unknown = encode_id("ApiKey", company.account_id)
    for id in (key.id, unknown):
        await assert_not_permitted(standard, "rotateApiKey", "MANAGE_INTEGRATIONS", apiKeyId=id)
        itself = admin.signed_in(key.secret)
        await assert_not_permitted(itself, "rotateApiKey", "MANAGE_INTEGRATIONS", apiKeyId=id)


async def test_a_secret_is_shown_by_no_later_answer(admin: Client, company: Company) -> None:
    old = await make_key(admin, *Permission)
    new = await rotated(admin.signed_in(old.secret), old.id)
    everything = f"{{ viewer {{ apiKey {KEY} }} account {{ apiKeys {{ nodes {KEY} }} }} }}"
    for key in (old, new):
        shown = (await admin.signed_in(key.secret).http.post("/graphql", json={"query": everything})).text
        assert [secret.secret for secret in (old, new) if secret.secret in shown] == []
        assert old.secret[-4:] in shown


async def test_ten_replaced_secrets_work_at_most(admin: Client, company: Company) -> None:
    key = await make_key(admin, VIEW)
    for _ in range(10):
        await rotated(admin, key.id)
    text = "The key has 10 secrets that still work beside its newest. Use 0 to end them."
    async with nothing_changes("allowances_spent"):
        answer = await rotate(admin, key.id)
    assert answer["fields"] == [{"path": ["overlapMinutes"], "message": text}]
    newest = await rotated(admin, key.id, overlapMinutes=0)
    assert [await works(admin, each.secret) for each in (key, newest)] == [False, True]
    await rotated(admin, key.id)


async def test_of_secrets_that_have_ended_ten_are_remembered(admin: Client, company: Company) -> None:
    key = await make_key(admin, VIEW)
    for _ in range(14):
        await rotated(admin, key.id, overlapMinutes=0)
    shown = await admin.run("{ account { apiKeys { nodes { secrets { hint expiresAt } } } } }")
    (listed,) = shown["account"]["apiKeys"]["nodes"]
    assert [secret["expiresAt"] is None for secret in listed["secrets"]] == [False] * 10 + [True]
