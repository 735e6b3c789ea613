"""Keys with processes as an operator runs them: the address behind a proxy, and a secret that nothing keeps."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from models.access.secrets import secret_hash
from models.database.connection import fetch
from models.permissions import Permission
from tests.processes.conftest import settings
from tests.support.answers import codes, unauthenticated
from tests.support.api_keys import Key, make_key, revoke, rotated
from tests.support.client import Client
from tests.support.company import Company
from tests.support.installation import Installation, UsherProcess
from tests.support.unchanged import tables

VIEW = Permission.VIEW_INVENTORY
ACCOUNT = "{ account { id } }"


@pytest.fixture
async def behind_a_proxy(database_url: str, db: None, tmp_path: Path) -> AsyncIterator[UsherProcess]:
    """A server that believes the proxies on 127.0.0.1."""
    trusting = settings(database_url, mail_port=9) | {"TRUSTED_PROXIES": "127.0.0.1"}
    async with Installation(tmp_path, trusting) as made:
        yield await made.serve("--no-relay")


async def is_let_in(server: UsherProcess, key: Key, told: str | None) -> bool:
    """Whether a key works for a caller whose address the proxy tells like this."""
    headers = {"x-forwarded-for": told} if told else {}
    async with Client(server.url, key.secret) as client:
        answer = (await client.http.post("/graphql", json={"query": ACCOUNT}, headers=headers)).json()
    if codes(answer):
        unauthenticated(answer, "account", reason="NETWORK_NOT_ALLOWED")
    return not codes(answer)


async def test_behind_a_proxy_that_is_believed_the_address_is_what_it_tells(
    behind_a_proxy: UsherProcess, client: Client, company: Company
) -> None:
    admin = client.signed_in(await company.access_token())
    networks = ["192.0.2.0/25", "198.51.100.7", "2001:db8:0:1::/64", "2001:db8::7"]
    key = await make_key(admin, VIEW, allowedNetworks=networks)
    found = {
        told: await is_let_in(behind_a_proxy, key, told)
        for told in (
            "192.0.2.127",
            "192.0.2.128",
            "::ffff:192.0.2.127",
            "::ffff:192.0.2.128",
            "198.51.100.7",
            "198.51.100.8",
            "2001:db8:0:1:ffff::1",
            "2001:db8:0:2::1",
            "2001:db8::7",
            "2001:DB8:0:0:0:0:0:7",
            "2001:db8::8",
            # The caller's own field stands before the address that the proxy appends.
            "192.0.2.127, 203.0.113.9",
            "203.0.113.9, 192.0.2.127",
            "192.0.2.127, 127.0.0.1",
            "nonsense",
            None,
        )
    }
    assert {told for told, let_in in found.items() if let_in} == {
        "192.0.2.127",
        "::ffff:192.0.2.127",
        "198.51.100.7",
        "2001:db8:0:1:ffff::1",
        "2001:db8::7",
        "2001:DB8:0:0:0:0:0:7",
        "203.0.113.9, 192.0.2.127",
        "192.0.2.127, 127.0.0.1",
    }


async def test_of_a_proxy_that_is_not_believed_the_header_counts_for_nothing(
    database_url: str, client: Client, company: Company, tmp_path: Path
) -> None:
    admin = client.signed_in(await company.access_token())
    far = await make_key(admin, VIEW, allowedNetworks=["192.0.2.0/24"])
    near = await make_key(admin, VIEW, allowedNetworks=["127.0.0.1"])
    wary = settings(database_url, mail_port=9) | {"TRUSTED_PROXIES": "192.0.2.200"}
    async with Installation(tmp_path, wary) as made:
        server = await made.serve("--no-relay")
        for told in ("192.0.2.1", "127.0.0.1", None):
            assert [await is_let_in(server, key, told) for key in (far, near)] == [False, True]


async def test_a_secret_is_in_no_row_and_no_log(
    servers: list[UsherProcess], admins: list[Client], standing: Installation
) -> None:
    first = await make_key(admins[0], *Permission, allowedNetworks=["127.0.0.1", "::1"])
    second = await rotated(admins[0].signed_in(first.secret), first.id)
    key = admins[1].signed_in(second.secret)
    await key.run(ACCOUNT)
    await key.post("{ nonsense }")
    await key.post(f'{{ node(id: "{second.secret}") {{ id }} }}')
    async with key.live() as live:
        await live.subscribe(ACCOUNT)
        await live.next()
    await revoke(admins[0], first.id)
    await key.post(ACCOUNT)
    stored = "".join(
        [row["text"] for table in await tables() for row in await fetch(f"SELECT t::text AS text FROM {table} AS t")]
    )
    logged = "".join(process.printed for process in standing.processes)
    for secret in (first.secret, second.secret):
        random = secret.removeprefix("usher_key_")
        bare = base64.urlsafe_b64decode(random + "=")
        spellings = {random, bare.hex(), base64.b64encode(bare).decode().rstrip("=")}
        spellings |= {secret.encode().hex(), random.encode().hex()}
        assert [spelling for spelling in spellings if spelling in stored + logged] == []
        # The search would find it: its hash and its hint are there.
        assert secret_hash(secret).hex() in stored
        assert f",{secret[-4:]}," in stored
    # Both wrote logs at all.
    assert all("Application startup complete" in server.printed for server in servers)
    await standing.verify()
