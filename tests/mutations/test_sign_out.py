"""signOut over HTTP."""

from http.cookies import SimpleCookie

from models.access.secrets import secret_hash
from models.database.clock import now
from models.database.connection import fetch
from models.tables import Session
from tests.conftest import COOKIE
from tests.support.answers import not_signed_in, unauthenticated
from tests.support.client import Client
from tests.support.company import Company, sign_in_token
from tests.support.unchanged import nothing_changes

SIGN_OUT = "mutation { signOut { __typename ok } }"
DONE = {"signOut": {"__typename": "SignedOut", "ok": True}}
WHO_AM_I = "{ viewer { user { email } } }"


async def who_is(client: Client) -> str | None:
    viewer = (await client.run(WHO_AM_I))["viewer"]
    return viewer["user"]["email"] if viewer else None


async def test_the_bearer_token_works_nowhere_any_more(admin: Client, client: Client) -> None:
    async with nothing_changes("sessions"):
        assert await admin.run(SIGN_OUT) == DONE
    assert await who_is(admin) is None
    async with client.signed_in(admin.token or "") as elsewhere:
        assert await who_is(elsewhere) is None
        answer = await elsewhere.post("{ account { id } }")
    unauthenticated(answer, "account", reason="REVOKED")


async def test_the_session_is_kept_as_revoked(admin: Client) -> None:
    earliest = now()
    await admin.run(SIGN_OUT)
    session = await Session.get(hash=secret_hash(admin.token or ""))
    assert session.revoked_at is not None
    assert earliest <= session.revoked_at <= now()


async def test_other_sessions_of_the_same_user_go_on(admin: Client, client: Client, company: Company) -> None:
    async with client.signed_in(await company.access_token()) as other:
        await admin.run(SIGN_OUT)
        assert await who_is(other) == "admin@example.com"
    assert await Session.filter(revoked_at__not_isnull=True).count() == 1


async def test_the_cookie_is_taken_back(client: Client, company: Company) -> None:
    await client.mutate("completeSignIn", "", token=await sign_in_token(company.users[0]))
    sent = {"cookie": f"{COOKIE}={client.http.cookies[COOKIE]}"}
    response = await client.http.post("/graphql", json={"query": WHO_AM_I}, headers=sent)
    assert response.json() == {"data": {"viewer": {"user": {"email": "ann@example.com"}}}}
    response = await client.http.post("/graphql", json={"query": SIGN_OUT})
    assert response.json() == {"data": DONE}
    cookie = SimpleCookie(response.headers["set-cookie"])[COOKIE]
    assert (cookie.value, cookie["max-age"], cookie["path"]) == ("", "0", "/")
    assert (cookie["httponly"], cookie["samesite"]) == (True, "lax")
    response = await client.http.post("/graphql", json={"query": WHO_AM_I}, headers=sent)
    assert response.json() == {"data": {"viewer": None}}


async def test_what_follows_in_the_same_document_is_signed_out(admin: Client) -> None:
    answer = await admin.post(
        'mutation { signOut { ok } validatePurchase(input: {cartVersion: "0"}) { __typename } }'
    )
    assert [(error["path"], error["extensions"]) for error in answer["errors"]] == [
        (["validatePurchase"], not_signed_in("MISSING"))
    ]


async def test_a_standard_user_may(standard: Client) -> None:
    assert await standard.run(SIGN_OUT) == DONE
    assert await who_is(standard) is None


async def test_signing_out_again_answers_the_same_and_changes_nothing(admin: Client) -> None:
    assert await admin.run(SIGN_OUT) == DONE
    async with nothing_changes():
        assert await admin.run(SIGN_OUT) == DONE


async def test_signed_out_answers_the_same_and_changes_nothing(client: Client, company: Company) -> None:
    async with nothing_changes():
        assert await client.run(SIGN_OUT) == DONE


async def test_with_an_expired_session_it_changes_nothing(admin: Client) -> None:
    await fetch("UPDATE sessions SET expires_at = $1 WHERE hash = $2", now(), secret_hash(admin.token or ""))
    async with nothing_changes():
        assert await admin.run(SIGN_OUT) == DONE


async def test_an_argument_it_does_not_have_is_a_top_level_error(admin: Client) -> None:
    async with nothing_changes():
        answer = await admin.post("mutation { signOut(input: {}) { ok } }")
    assert "data" not in answer
    assert [error["extensions"] for error in answer["errors"]] == [{"code": "GRAPHQL_VALIDATION_FAILED"}]
    assert await who_is(admin) == "admin@example.com"
