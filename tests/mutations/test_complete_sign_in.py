"""completeSignIn over HTTP and over WebSocket."""

import asyncio
from datetime import datetime, timedelta
from http.cookies import SimpleCookie

import pytest

from api.schema.ids import encode_id
from models.access.credentials import issue_token
from models.access.secrets import new_secret, secret_hash
from models.database.clock import now
from models.database.connection import fetch
from models.operations.sign_in.complete_sign_in import SESSION_LIFETIME
from models.permissions import Permission
from models.tables import License, Session, SessionKind, Token, TokenPurpose
from tests.conftest import COOKIE
from tests.support.client import Client
from tests.support.company import Company, sign_in_token
from tests.support.recorded import account_version
from tests.support.refusals import assert_bad_variables, document, refusal
from tests.support.unchanged import nothing_changes

SIGNED_IN = (
    "... on SignedIn { viewer { user { id email role } account { id name version } permissions }"
    " accessToken expiresAt }"
)
WHO_AM_I = "{ viewer { user { email } } }"
INVALID = refusal("TokenInvalidError", "TOKEN_INVALID", "This link does not work any more. Ask for a new one.")


async def who_is(client: Client) -> str | None:
    viewer = (await client.run(WHO_AM_I))["viewer"]
    return viewer["user"]["email"] if viewer else None


async def assert_refused(client: Client, token: str) -> None:
    async with nothing_changes():
        for kind in ["BEARER", "COOKIE"]:
            assert await client.mutate("completeSignIn", SIGNED_IN, token=token, session=kind) == INVALID
    assert await who_is(client) is None


async def test_a_bearer_token_is_answered_and_signs_in(client: Client, company: Company) -> None:
    token = await sign_in_token(company.administrator)
    version = await account_version(company.account_id)
    earliest = now() + SESSION_LIFETIME
    async with nothing_changes("sessions", "tokens"):
        answer = await client.mutate("completeSignIn", SIGNED_IN, token=token, session="BEARER")
    access_token, expires_at = answer.pop("accessToken"), answer.pop("expiresAt")
    assert answer == {
        "__typename": "SignedIn",
        "viewer": {
            "user": {
                "id": encode_id("User", company.administrator.id),
                "email": "admin@example.com",
                "role": "ADMINISTRATOR",
            },
            "account": {
                "id": encode_id("Account", company.account_id),
                "name": "Company of example.com",
                "version": str(version),
            },
            "permissions": [permission.value for permission in Permission],
        },
    }
    assert earliest <= datetime.fromisoformat(expires_at) <= now() + SESSION_LIFETIME
    assert client.http.cookies == {}
    async with client.signed_in(access_token) as signed_in:
        assert await who_is(signed_in) == "admin@example.com"


async def test_the_session_and_the_token_are_stored_hashed(client: Client, company: Company) -> None:
    token = await sign_in_token(company.users[0])
    answer = await client.mutate("completeSignIn", SIGNED_IN, token=token, session="BEARER")
    session = await Session.get(hash=secret_hash(answer["accessToken"]))
    assert (session.kind, session.user_id, session.account_id, session.revoked_at) == (
        SessionKind.BEARER,
        company.users[0].id,
        company.account_id,
        None,
    )
    used = await Token.get(hash=secret_hash(token))
    assert (used.used_at is not None, used.user_id) == (True, company.users[0].id)
    assert answer["viewer"]["permissions"] == []


async def test_the_answer_itself_shows_what_the_new_session_may_see(client: Client, company: Company) -> None:
    await company.buy(PRO=2)
    fields = "... on SignedIn { viewer { account { cart { version } users { totalCount } } } }"
    token = await sign_in_token(company.administrator)
    answer = await client.mutate("completeSignIn", fields, token=token, session="BEARER")
    assert answer["viewer"]["account"] == {"cart": {"version": "2"}, "users": {"totalCount": 4}}


@pytest.mark.parametrize("given", [{}, {"session": "COOKIE"}, {"session": None}], ids=str)
async def test_a_cookie_that_scripts_cannot_read_is_set(
    client: Client, company: Company, given: dict[str, str]
) -> None:
    token = await sign_in_token(company.users[0])
    values = {"token": token} | given
    response = await client.http.post(
        "/graphql", json={"query": document("completeSignIn", SIGNED_IN), "variables": {"input": values}}
    )
    answer = response.json()["data"]["completeSignIn"]
    assert (answer["__typename"], answer["accessToken"]) == ("SignedIn", None)
    cookie = SimpleCookie(response.headers["set-cookie"])[COOKIE]
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"], cookie["path"]) == (True, "", "lax", "/")
    assert int(cookie["max-age"]) in range(30 * 86400 - 60, 30 * 86400 + 1)
    session = await Session.get(hash=secret_hash(cookie.value))
    assert (session.kind, session.user_id) == (SessionKind.COOKIE, company.users[0].id)
    assert await who_is(client) == "ann@example.com"


async def test_a_token_works_once(client: Client, company: Company) -> None:
    token = await sign_in_token(company.users[0])
    await client.mutate("completeSignIn", SIGNED_IN, token=token, session="BEARER")
    await assert_refused(client, token)


async def test_of_twenty_at_once_with_one_token_one_signs_in(client: Client, company: Company) -> None:
    token = await sign_in_token(company.users[0])
    before = await Session.all().count()
    tries = [client.mutate("completeSignIn", SIGNED_IN, token=token, session="BEARER") for _ in range(20)]
    answers = await asyncio.gather(*tries)
    assert [answer for answer in answers if answer["__typename"] != "SignedIn"] == [INVALID] * 19
    assert await Session.all().count() == before + 1


async def test_an_expired_token_is_refused(client: Client, company: Company) -> None:
    token = await sign_in_token(company.users[0])
    await fetch("UPDATE tokens SET expires_at = $1 WHERE hash = $2", now(), secret_hash(token))
    await assert_refused(client, token)


async def test_a_token_works_until_the_very_moment_of_its_end(
    client: Client, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = [await sign_in_token(company.users[0]) for _ in range(2)]
    end = now() + timedelta(hours=1)
    await Token.filter(hash__in=[secret_hash(token) for token in tokens]).update(expires_at=end)
    monkeypatch.setattr("models.access.credentials.now", lambda: end)
    await assert_refused(client, tokens[0])
    monkeypatch.setattr("models.access.credentials.now", lambda: end - timedelta(microseconds=1))
    answer = await client.mutate("completeSignIn", SIGNED_IN, token=tokens[1], session="BEARER")
    assert answer["__typename"] == "SignedIn"


async def test_an_activation_link_does_not_sign_in(client: Client, company: Company) -> None:
    await company.buy(PRO=1)
    given: License = await company.assign(company.users[0], "PRO")
    token = new_secret()
    await issue_token(
        token,
        TokenPurpose.ACTIVATE,
        company.users[0],
        expires_at=now() + timedelta(days=1),
        license_id=given.id,
        event_id=given.link_event_id,
    )
    await assert_refused(client, token)


async def test_a_token_with_anything_added_is_refused(client: Client, company: Company) -> None:
    for change in ["{}x", " {}", "{}\x00", "{}\n"]:
        await assert_refused(client, change.format(await sign_in_token(company.users[0])))


async def test_an_unknown_token_is_refused(client: Client, company: Company) -> None:
    for token in ["", " ", "unknown", "\x00", "\x01\x1f\x7f", "t" * 150_000, "é" * 50]:
        await assert_refused(client, token)


async def test_a_session_secret_is_no_sign_in_token(client: Client, company: Company) -> None:
    await assert_refused(client, await company.access_token())


async def test_over_a_web_socket_a_cookie_is_refused_and_the_token_still_works(
    client: Client, company: Company
) -> None:
    token = await sign_in_token(company.users[0])
    values = {"token": token, "session": "COOKIE"}
    async with client.live() as live:
        async with nothing_changes():
            await live.subscribe(document("completeSignIn", SIGNED_IN), input=values)
            message = await live.receive()
        assert message["payload"]["data"] is None
        assert [error["extensions"]["code"] for error in message["payload"]["errors"]] == ["BAD_REQUEST"]
    answer = await client.mutate("completeSignIn", SIGNED_IN, token=token, session="BEARER")
    assert answer["__typename"] == "SignedIn"


async def test_values_of_a_wrong_type_are_a_top_level_error(client: Client, company: Company) -> None:
    for wrong in [
        {"token": None},
        {"token": 5},
        {"token": ["x", "y"]},
        {"session": "HEADER"},
        {"session": 1},
        {"user": "x"},
    ]:
        values = {"token": await sign_in_token(company.users[0]), "session": "BEARER"} | wrong
        await assert_bad_variables(client, "completeSignIn", **values)
