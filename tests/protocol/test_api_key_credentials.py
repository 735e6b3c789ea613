"""Why a credential does not work: each reason, by HTTP and by WebSocket, and from where a key may be used."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from models.database.clock import now
from models.operations.sign_in.complete_sign_in import complete_sign_in
from models.permissions import Permission
from models.tables import ApiKey, ApiKeySecret, Session, SessionKind
from tests.conftest import COOKIE
from tests.support.answers import not_signed_in, unauthenticated
from tests.support.api_keys import WHO, Key, make_key, revoke, rotated
from tests.support.client import Client
from tests.support.company import Company, sign_in_token
from tests.support.seats_feed import SEATS, failed, next_update, socket
from tests.support.unchanged import nothing_changes

VIEW = Permission.VIEW_INVENTORY
ACCOUNT = "{ account { id } }"
MADE_UP = "usher_key_" + "A" * 43
MALFORMED = ["usher_key_", "usher_key_x", MADE_UP + "A", MADE_UP[:-1], MADE_UP.upper(), "usher_key_" + "x" * 7000]


@pytest.fixture
async def key(admin: Client, company: Company) -> Key:
    """A key that may see seats."""
    return await make_key(admin, VIEW)


async def is_told(url: str, secret: str, reason: str) -> None:
    """Fail unless a secret is refused for this reason, by HTTP, in connection_init and in the handshake."""
    async with Client(url, secret) as client:
        assert await client.run(WHO) == {"viewer": None}
        async with nothing_changes():
            unauthenticated(await client.post(ACCOUNT), "account", reason=reason)
            add = 'mutation { addDomain(input: {name: "new.example.net"}) { __typename } }'
            unauthenticated(await client.post(add), "addDomain", reason=reason)
    bearer = f"Bearer {secret}"
    async with socket(url, payload={"Authorization": bearer}) as live:
        await live.subscribe(SEATS)
        assert await failed(live) == not_signed_in(reason)
    async with socket(url, Authorization=bearer) as live:
        await live.subscribe(SEATS)
        assert await failed(live) == not_signed_in(reason)


async def test_a_key_that_works(server_url: str, key: Key) -> None:
    async with socket(server_url, payload={"Authorization": f"Bearer {key.secret}"}) as live:
        await live.subscribe(SEATS)
        _, snapshot, _ = await next_update(live)
        assert snapshot
    async with Client(server_url, key.secret) as client:
        assert await client.run(WHO) == {"viewer": {"permissions": ["VIEW_INVENTORY"]}}


@pytest.mark.parametrize("secret", [MADE_UP, *MALFORMED], ids=len)
async def test_what_was_never_given_out_is_unknown(server_url: str, key: Key, secret: str) -> None:
    await is_told(server_url, secret, "UNKNOWN")


async def test_a_secret_without_its_beginning_or_with_more_is_unknown(server_url: str, key: Key) -> None:
    for secret in (
        key.secret.removeprefix("usher_key_"),
        key.secret + "=",
        key.secret.swapcase(),
        "usher_key_" + key.secret,
    ):
        await is_told(server_url, secret, "UNKNOWN")


async def test_a_key_past_its_end_has_expired(server_url: str, key: Key) -> None:
    await ApiKey.all().update(expires_at=now())
    await is_told(server_url, key.secret, "EXPIRED")


async def test_a_secret_past_its_overlap_has_expired(server_url: str, admin: Client, key: Key) -> None:
    await rotated(admin, key.id, overlapMinutes=0)
    await is_told(server_url, key.secret, "EXPIRED")


async def test_a_revoked_key_was_revoked_even_when_it_has_expired(server_url: str, admin: Client, key: Key) -> None:
    await revoke(admin, key.id)
    await is_told(server_url, key.secret, "REVOKED")
    await ApiKey.all().update(expires_at=now())
    await is_told(server_url, key.secret, "REVOKED")


async def test_sessions_are_told_why_as_well(server_url: str, company: Company) -> None:
    token = await company.access_token()
    await is_told(server_url, token[:-1], "UNKNOWN")
    await Session.all().update(expires_at=now())
    await is_told(server_url, token, "EXPIRED")
    await Session.all().update(revoked_at=now())
    await is_told(server_url, token, "REVOKED")


async def test_the_networks_of_a_key_are_told_to_who_has_a_secret_that_works_alone(
    server_url: str, admin: Client, company: Company
) -> None:
    key = await make_key(admin, VIEW, allowedNetworks=["192.0.2.0/24"])
    await is_told(server_url, key.secret, "NETWORK_NOT_ALLOWED")
    assert (await key.secret_row()).last_used_at is None
    await ApiKeySecret.all().update(expires_at=now())
    await is_told(server_url, key.secret, "EXPIRED")


@pytest.fixture
async def from_127_0_0_2(server_url: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A client that calls from another address of this machine."""
    transport = httpx2.AsyncHTTPTransport(local_address="127.0.0.2")
    async with httpx2.AsyncClient(base_url=server_url, transport=transport, timeout=30) as client:
        yield client


@pytest.mark.parametrize(
    ("networks", "allowed"),
    [
        (["127.0.0.1"], [True, False]),
        (["127.0.0.2/32"], [False, True]),
        (["127.0.0.0/8"], [True, True]),
        (["127.0.0.2/31"], [False, True]),
        (["192.0.2.0/24", "127.0.0.1"], [True, False]),
        (["::ffff:127.0.0.1"], [True, False]),
        (["::/0"], [False, False]),
        (["0.0.0.0/0"], [True, True]),
        (None, [True, True]),
    ],
)
async def test_a_key_works_from_its_networks_alone(
    admin: Client,
    company: Company,
    from_127_0_0_2: httpx2.AsyncClient,
    networks: list[str] | None,
    allowed: list[bool],
) -> None:
    key = await make_key(admin, VIEW, allowedNetworks=networks)
    found: list[bool] = []
    for http in (admin.http, from_127_0_0_2):
        headers = {"authorization": f"Bearer {key.secret}"}
        answer: dict[str, Any] = (await http.post("/graphql", json={"query": ACCOUNT}, headers=headers)).json()
        found.append("errors" not in answer)
        if not found[-1]:
            unauthenticated(answer, "account", reason="NETWORK_NOT_ALLOWED")
    assert found == allowed


async def test_a_socket_may_say_who_it_is_anew_and_what_does_not_work_is_nobody(
    server_url: str, company: Company, key: Key
) -> None:
    """The credential of the handshake does not stand in for one in connection_init that does not work."""
    token = await company.access_token()
    payload = {"Authorization": f"Bearer {MADE_UP}"}
    async with socket(server_url, payload=payload, Authorization=f"Bearer {token}") as live:
        await live.subscribe(SEATS)
        assert await failed(live) == not_signed_in("UNKNOWN")


async def test_a_key_in_place_of_a_session_s_cookie_is_nobody(server_url: str, key: Key) -> None:
    async with httpx2.AsyncClient(base_url=server_url, cookies={COOKIE: key.secret}) as http:
        response = await http.post("/graphql", json={"query": ACCOUNT})
    unauthenticated(response.json(), "account", reason="MISSING")


@pytest.mark.parametrize("authorization", ["KEY", "Basic KEY", "Bearer", "Token KEY", "Bearer,KEY"])
async def test_an_authorization_that_cannot_be_read_is_named(server_url: str, key: Key, authorization: str) -> None:
    headers = {"authorization": authorization.replace("KEY", key.secret)}
    async with httpx2.AsyncClient(base_url=server_url, headers=headers) as http:
        for document in (ACCOUNT, "{ account { id } packages { code } }"):
            response = await http.post("/graphql", json={"query": document})
            unauthenticated(response.json(), "account", reason="MALFORMED")


async def test_a_proxy_s_own_authorization_leaves_the_cookie_alone(server_url: str, company: Company) -> None:
    signed_in = await complete_sign_in(token=await sign_in_token(company.administrator), kind=SessionKind.COOKIE)
    headers = {"authorization": "Basic dXNlcjpwYXNzd29yZA==", "cookie": f"{COOKIE}={signed_in.secret}"}
    async with httpx2.AsyncClient(base_url=server_url, headers=headers) as http:
        response = await http.post("/graphql", json={"query": "{ account { name } }"})
    assert response.json() == {"data": {"account": {"name": "Company of example.com"}}}
