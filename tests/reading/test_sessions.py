"""Reading with a session, and with what is none any more."""

from datetime import timedelta

import pytest

from models.database.clock import now
from models.tables import Session
from tests.support.answers import unauthenticated
from tests.support.client import Client
from tests.support.company import Company, sign_in_token

WHO = "{ viewer { user { email } } }"
ACCOUNT = "{ account { name seatInventory { version } } }"


async def is_signed_out(client: Client, reason: str) -> None:
    """Fail unless the client counts as nobody, and is told this reason."""
    assert await client.run(WHO) == {"viewer": None}
    unauthenticated(await client.post(ACCOUNT), "account", reason=reason)


async def test_signing_out_ends_the_token(admin: Client) -> None:
    assert await admin.run(WHO) == {"viewer": {"user": {"email": "admin@example.com"}}}
    assert await admin.run("mutation { signOut { ok } }") == {"signOut": {"ok": True}}
    await is_signed_out(admin, "REVOKED")


async def test_signing_out_ends_no_other_session(admin: Client, company: Company) -> None:
    async with admin.signed_in(await company.access_token()) as elsewhere:
        await elsewhere.run("mutation { signOut { ok } }")
        await is_signed_out(elsewhere, "REVOKED")
    assert await admin.run(WHO) == {"viewer": {"user": {"email": "admin@example.com"}}}


async def test_an_expired_session_is_none(admin: Client) -> None:
    await Session.all().update(expires_at=now() - timedelta(milliseconds=1))
    await is_signed_out(admin, "EXPIRED")


async def test_a_session_lasts_until_it_expires(admin: Client) -> None:
    await Session.all().update(expires_at=now() + timedelta(minutes=1))
    assert await admin.run(WHO) == {"viewer": {"user": {"email": "admin@example.com"}}}


@pytest.mark.parametrize("token", ["x", "x" * 10_000, "null", "%00", "' OR true --"])
async def test_a_made_up_token_is_nobody_s(client: Client, company: Company, token: str) -> None:
    async with client.signed_in(token) as stranger:
        await is_signed_out(stranger, "UNKNOWN")


async def test_the_token_counts_only_as_a_bearer_token(client: Client, company: Company) -> None:
    token = await company.access_token()
    seen = {}
    for header in (
        f"Bearer {token}",
        f"bearer {token}",
        f"BEARER   {token}",
        token,
        f"Basic {token}",
        f"Bearer{token}",
        "Bearer",
    ):
        response = await client.http.post("/graphql", json={"query": WHO}, headers={"authorization": header})
        seen[header] = response.json()["data"]["viewer"] is not None
    assert list(seen.values()) == [True, True, True, False, False, False, False]


async def test_a_mailed_token_is_no_session(client: Client, company: Company) -> None:
    async with client.signed_in(await sign_in_token(company.administrator)) as stranger:
        await is_signed_out(stranger, "UNKNOWN")


async def test_signing_in_answers_what_the_new_viewer_may_see(client: Client, company: Company) -> None:
    answer = await client.mutate(
        "completeSignIn",
        "... on SignedIn { viewer { account { name seatInventory { pools { available } } } } }",
        token=await sign_in_token(company.administrator),
        session="BEARER",
    )
    assert answer == {
        "__typename": "SignedIn",
        "viewer": {"account": {"name": "Company of example.com", "seatInventory": {"pools": [{"available": 0}] * 3}}},
    }
