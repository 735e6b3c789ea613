"""assignLicense by somebody who called a moment ago: it looks who they are in the statement that does it."""

from typing import Any

import httpx2
import pytest

from api.auth import recent_viewers
from api.auth.credentials import Credential
from api.auth.recent_viewers import RecentViewers
from api.limits import Limits
from api.schema.ids import encode_id
from models.access.viewer import Viewer
from models.database.connection import fetch
from models.database.ids import new_id
from models.events.seat_feed import Feed
from models.permissions import Permission
from models.tables import License
from payments import make_provider
from tests.support.answers import codes, unauthenticated
from tests.support.api_keys import make_key, revoke, rotated
from tests.support.client import Client
from tests.support.company import Company
from tests.support.licensing import id_of
from tests.support.outage import outage
from tests.support.recorded import broken_invariants
from tests.support.refusals import not_permitted
from tests.support.serving import serving
from tests.support.shown import NOT_PERMITTED
from tests.support.statements import statements

TWO = (
    "mutation ($input: AssignLicenseInput!, $line: AddToCartInput!) {"
    " addToCart(input: $line) { __typename } assignLicense(input: $input) { __typename } }"
)


async def asked_for(client: Client, company: Company, user: int, **given: str) -> httpx2.Response:
    """The response to a wish for a license."""
    wish = {"userId": id_of(company.users[user]), "packageId": id_of(company.packages["PRO"])}
    document = (
        "mutation ($input: AssignLicenseInput!) { assignLicense(input: $input)"
        f" {{ __typename ... on BusinessError {{ code message }} {NOT_PERMITTED} }} }}"
    )
    return await client.http.post("/graphql", json={"query": document, "variables": {"input": wish | given}})


async def assigned(client: Client, company: Company, user: int, **given: str) -> dict[str, Any]:
    """The whole answer."""
    return (await asked_for(client, company, user, **given)).json()


def done(answer: dict[str, Any]) -> bool:
    return answer == {"data": {"assignLicense": {"__typename": "LicenseAssigned"}}}


async def given_at_once(client: Client, company: Company, user: int) -> None:
    """Assert that a license is given by one statement: who calls is known."""
    with statements() as seen:
        assert done(await assigned(client, company, user))
    assert [statement.split()[0] for statement in seen] == ["WITH"]


async def test_who_called_a_moment_ago_is_given_a_license_by_one_statement(admin: Client, company: Company) -> None:
    await company.buy(PRO=3)
    key = admin.signed_in((await make_key(admin, Permission.ASSIGN_LICENSES)).secret)
    assert done(await assigned(key, company, 0))
    await given_at_once(key, company, 1)
    assert (await company.counts())["PRO"] == (3, 2, 0)
    assert await broken_invariants() == {}


@pytest.mark.parametrize("given", [{}, {"packageId": "x"}, {"idempotencyKey": ""}])
async def test_a_session_that_has_ended_gives_nothing_whatever_it_asks_for(
    admin: Client, company: Company, given: dict[str, str]
) -> None:
    await company.buy(PRO=2)
    assert done(await assigned(admin, company, 0))
    await fetch("UPDATE sessions SET revoked_at = now()")
    for _ in range(2):
        unauthenticated(await assigned(admin, company, 1, **given), "assignLicense", reason="REVOKED")
    assert await License.all().count() == 1
    assert (await company.counts())["PRO"] == (2, 1, 0)


async def test_a_key_that_was_revoked_gives_nothing(admin: Client, company: Company) -> None:
    await company.buy(PRO=2)
    made = await make_key(admin, Permission.ASSIGN_LICENSES)
    key = admin.signed_in(made.secret)
    assert done(await assigned(key, company, 0))
    await revoke(admin, made.id)
    unauthenticated(await assigned(key, company, 1), "assignLicense", reason="REVOKED")
    assert await License.all().count() == 1
    assert await broken_invariants() == {}


async def test_who_may_no_more_is_refused_and_who_may_again_is_not(admin: Client, company: Company) -> None:
    await company.buy(PRO=2)
    ben = company.users[1]
    caller = admin.signed_in(await company.access_token(ben))
    refused = {"data": {"assignLicense": not_permitted("ASSIGN_LICENSES")}}
    assert await assigned(caller, company, 0) == refused
    await fetch("UPDATE users SET role = 'ADMINISTRATOR' WHERE id = $1", ben.id)
    assert done(await assigned(caller, company, 0))
    await given_at_once(caller, company, 1)
    await fetch("UPDATE users SET role = 'STANDARD' WHERE id = $1", ben.id)
    assert await assigned(caller, company, 2) == refused
    assert await License.all().count() == 2
    assert await broken_invariants() == {}


async def test_a_key_with_other_scopes_by_now_goes_by_those(admin: Client, company: Company) -> None:
    await company.buy(PRO=3)
    key = admin.signed_in((await make_key(admin, Permission.ASSIGN_LICENSES, Permission.VIEW_INVENTORY)).secret)
    assert done(await assigned(key, company, 0))
    await fetch("""UPDATE api_keys SET scopes = '["ASSIGN_LICENSES"]'""")
    with statements() as seen:
        assert done(await assigned(key, company, 1))
    # In vain; who calls now; and once more.
    assert [statement.split()[0] for statement in seen] == ["WITH", "SELECT", "WITH"]
    await fetch("""UPDATE api_keys SET scopes = '["VIEW_INVENTORY"]'""")
    answer = await assigned(key, company, 2)
    assert answer == {"data": {"assignLicense": not_permitted("ASSIGN_LICENSES")}}
    assert (await company.counts())["PRO"] == (3, 2, 0)


async def test_a_mutation_beside_it_is_for_who_has_been_recognised(admin: Client, company: Company) -> None:
    await company.buy(PRO=2)
    assert done(await assigned(admin, company, 0))
    await fetch("UPDATE sessions SET revoked_at = now()")
    answer = await admin.post(
        TWO,
        input={"userId": id_of(company.users[1]), "packageId": id_of(company.packages["PRO"])},
        line={"packageId": id_of(company.packages["PRO"]), "quantity": 1},
    )
    unauthenticated(answer, "addToCart", reason="REVOKED")
    assert await fetch("SELECT FROM cart_lines") == []
    assert await License.all().count() == 1


async def test_the_use_of_a_key_is_noted_once_it_is_not_recalled_any_more(
    admin: Client, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recent_viewers, "FORGOTTEN_AFTER", 0.0)
    await company.buy(PRO=2)
    made = await make_key(admin, Permission.ASSIGN_LICENSES)
    key = admin.signed_in(made.secret)
    assert done(await assigned(key, company, 0))
    await fetch("UPDATE api_key_secrets SET last_used_at = now() - interval '1 hour'")
    assert done(await assigned(key, company, 1))
    [row] = await fetch("SELECT last_used_at > now() - interval '1 minute' AS noted FROM api_key_secrets")
    assert row["noted"]


def test_somebody_is_recalled_with_their_secret_from_their_address_for_a_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    viewer = Viewer(new_id(), frozenset(), new_id(), new_id(), None)
    clock = [1_000.0]
    monkeypatch.setattr(recent_viewers.time, "monotonic", lambda: clock[0])
    seen = RecentViewers()
    sent = Credential("secret", b"hash", "127.0.0.1")
    assert seen.find(sent) is None
    seen.remember(sent, viewer)
    assert seen.find(sent) is viewer
    assert seen.find(Credential("secret", b"hash", "127.0.0.2")) is None
    assert seen.find(Credential("secre", b"another", "127.0.0.1")) is None
    assert "secret" not in repr([sent, vars(seen)])
    clock[0] += recent_viewers.FORGOTTEN_AFTER
    assert seen.find(sent) is None


async def test_who_is_refused_anything_is_looked_up_with_the_address_they_call_from(
    admin: Client, company: Company
) -> None:
    await company.buy(PRO=2)
    key = admin.signed_in((await make_key(admin, Permission.ASSIGN_LICENSES)).secret)
    assert done(await assigned(key, company, 0))
    await fetch("""UPDATE api_keys SET networks = '["10.0.0.0/8"]'""")
    for given in ({"packageId": "x"}, {}):
        answer = await assigned(key, company, 1, **given)
        unauthenticated(answer, "assignLicense", reason="NETWORK_NOT_ALLOWED")
    assert await License.all().count() == 1


async def test_nobody_is_recalled_by_what_was_refused(client: Client, company: Company) -> None:
    await company.buy(PRO=1)
    stranger = client.signed_in("not a secret")
    for _ in range(2):
        unauthenticated(await assigned(stranger, company, 0), "assignLicense", reason="UNKNOWN")
    nobody = {"userId": encode_id("User", company.users[0].id), "packageId": id_of(company.packages["PRO"])}
    unauthenticated(await assigned(client, company, 0, **nobody), "assignLicense", reason="MISSING")
    assert await License.all().count() == 0


async def test_who_may_call_no_more_is_told_nothing_of_the_budget_and_spends_none_of_it(
    admin: Client, company: Company, feed: Feed
) -> None:
    await company.buy(PRO=2)
    made = await make_key(admin, Permission.ASSIGN_LICENSES)
    # Each call costs five.
    async with serving(make_provider("sandbox"), feed, made.secret, Limits(cost_per_minute=15)) as replaced:
        assert done(await assigned(replaced, company, 0))
        key = replaced.signed_in((await rotated(admin, made.id)).secret)
        await fetch("UPDATE api_key_secrets SET expires_at = now() WHERE expires_at IS NOT NULL")
        policies = set()
        for _ in range(3):
            response = await asked_for(replaced, company, 1)
            unauthenticated(response.json(), "assignLicense", reason="EXPIRED")
            assert response.status_code == 200
            # They are told of their address alone.
            policies.add(response.headers.get("ratelimit-policy"))
        assert policies == {None, '"cost";q=30000;w=60'}
        # The first of them had been taken for who they were.
        assert done(await assigned(key, company, 1))
        assert (await asked_for(key, company, 2)).status_code == 429


async def test_who_may_call_no_more_is_told_that_rather_than_to_come_back_later(
    admin: Client, company: Company, feed: Feed
) -> None:
    await company.buy(PRO=1)
    made = await make_key(admin, Permission.ASSIGN_LICENSES)
    async with serving(make_provider("sandbox"), feed, made.secret, Limits(cost_per_minute=5)) as key:
        assert done(await assigned(key, company, 0))
        assert (await asked_for(key, company, 1)).status_code == 429
        await revoke(admin, made.id)
        response = await asked_for(key, company, 1)
    unauthenticated(response.json(), "assignLicense", reason="REVOKED")
    assert (response.status_code, "retry-after" in response.headers) == (200, False)


async def test_who_called_before_a_backup_without_their_account_was_restored_is_unknown(
    admin: Client, company: Company
) -> None:
    await company.buy(PRO=2)
    assert done(await assigned(admin, company, 0))
    await fetch("TRUNCATE accounts CASCADE")
    unauthenticated(await assigned(admin, company, 1), "assignLicense", reason="UNKNOWN")


@pytest.mark.parametrize("given", [{}, {"packageId": "x"}])
async def test_who_called_a_moment_ago_is_told_that_the_database_is_gone_as_everybody_is(
    admin: Client, company: Company, database_url: str, given: dict[str, str]
) -> None:
    await company.buy(PRO=2)
    assert done(await assigned(admin, company, 0))
    async with outage():
        response = await asked_for(admin, company, 1, **given)
    assert (response.status_code, response.headers.get("retry-after")) == (503, "2")
    assert list(response.json()) == ["errors"]
    assert codes(response.json()) == ["UNAVAILABLE"]
    assert await License.all().count() == 1
