"""seatCountsChanged: who may listen, and how they say who they are."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosedError, InvalidStatus

from api.schema import subscription
from api.subscriptions import handler
from models.operations.sign_in.complete_sign_in import complete_sign_in
from models.tables import Role, Session, SessionKind, User
from tests.conftest import COOKIE
from tests.support.answers import not_signed_in
from tests.support.client import Client, Live
from tests.support.company import Company, sign_in_token, viewer_of_user
from tests.support.seats_feed import NOTHING_BOUGHT, SEATS, failed, next_update, socket

VIEWER = "{ viewer { user { email } } }"
ALLOWED = "https://app.example.com"


@pytest.fixture
async def cookie(company: Company) -> str:
    """The header that a browser sends with the administrator's session cookie."""
    signed_in = await complete_sign_in(token=await sign_in_token(company.administrator), kind=SessionKind.COOKIE)
    return f"{COOKIE}={signed_in.secret}"


async def who(live: Live) -> str | None:
    """The e-mail address of the viewer of a socket."""
    await live.subscribe(VIEWER, id="who")
    viewer = (await live.next())["viewer"]
    assert await live.receive() == {"type": "complete", "id": "who"}
    return viewer and viewer["user"]["email"]


async def listens(live: Live) -> None:
    """Fail unless the socket may follow the seat counts."""
    await live.subscribe(SEATS)
    _, snapshot, counts = await next_update(live)
    assert (snapshot, counts) == (True, NOTHING_BOUGHT)


async def test_nobody_may_listen(client: Client) -> None:
    async with client.live() as live:
        await live.subscribe(SEATS)
        assert await failed(live) == not_signed_in("MISSING")
        assert await who(live) is None


async def test_a_standard_user_may_not_listen(standard: Client) -> None:
    async with standard.live() as live:
        await live.subscribe(SEATS)
        assert await failed(live) == {"code": "NOT_PERMITTED", "requires": "VIEW_INVENTORY"}
        assert await who(live) == "ann@example.com"


async def test_a_bearer_token_in_connection_init(server_url: str, company: Company) -> None:
    payload = {"Authorization": f"Bearer {await company.access_token()}"}
    async with socket(server_url, payload=payload) as live:
        await listens(live)


@pytest.mark.parametrize(
    "spelled",
    [
        lambda token: {"authorization": f"Bearer {token}"},
        lambda token: {"AUTHORIZATION": f"bearer  {token}"},
        lambda token: {"headers": {"Authorization": f"Bearer {token}"}},
        lambda token: {"headers": {"authorization": f"Bearer {token}"}, "authorization": None},
    ],
)
async def test_names_of_fields_in_connection_init_have_no_case(
    server_url: str, company: Company, spelled: Callable[[str], dict[str, Any]]
) -> None:
    async with socket(server_url, payload=spelled(await company.access_token())) as live:
        await listens(live)


@pytest.mark.parametrize("spelled", [{"Authorization": "TOKEN"}, {"headers": {"authorization": "Basic TOKEN"}}])
async def test_an_authorization_that_cannot_be_read_is_named(
    server_url: str, company: Company, spelled: dict[str, Any]
) -> None:
    async with socket(server_url, payload=spelled) as live:
        await live.subscribe(SEATS)
        assert await failed(live) == not_signed_in("MALFORMED")
        assert await who(live) is None


async def test_a_socket_of_nobody_ends_after_a_while_and_one_with_a_viewer_does_not(
    server_url: str, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handler, "ANONYMOUS_FOR", 0.2)
    payload = {"Authorization": f"Bearer {await company.access_token()}"}
    async with socket(server_url, payload=payload) as live:
        async with socket(server_url) as nobody:
            assert await who(nobody) is None
            with pytest.raises(ConnectionClosedError) as closed:
                await nobody.receive(within=10)
            assert closed.value.rcvd is not None
            assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4401, "Connect again with a credential")
        await listens(live)


async def test_a_bearer_token_in_the_handshake(server_url: str, company: Company) -> None:
    async with socket(server_url, Authorization=f"Bearer {await company.access_token()}") as live:
        await listens(live)


async def test_connection_init_counts_before_the_handshake(server_url: str, company: Company) -> None:
    payload = {"Authorization": f"Bearer {await company.access_token(company.users[0])}"}
    async with socket(server_url, payload=payload, Authorization=f"Bearer {await company.access_token()}") as live:
        assert await who(live) == "ann@example.com"


@pytest.mark.parametrize("given", [7, None, ["Bearer x"], {"Bearer": "x"}, "", "Bearer", "Basic x", "Bearer unknown"])
async def test_what_is_no_token_in_connection_init_signs_nobody_in(
    server_url: str, company: Company, given: object
) -> None:
    async with socket(server_url, payload={"Authorization": given}) as live:
        assert await who(live) is None


async def test_the_session_cookie_of_the_same_origin(server_url: str, cookie: str) -> None:
    async with socket(server_url, Cookie=cookie, Origin=server_url) as live:
        await listens(live)


async def test_the_session_cookie_of_an_allowed_origin(server_url: str, cookie: str) -> None:
    async with socket(server_url, Cookie=cookie, Origin=ALLOWED) as live:
        await listens(live)


async def test_the_session_cookie_of_a_client_that_is_no_browser(server_url: str, cookie: str) -> None:
    async with socket(server_url, Cookie=cookie) as live:
        await listens(live)


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example.net", "null", "https://app.example.com.evil.example.net", "http://app.example.com"],
)
async def test_a_page_of_another_origin_gets_no_socket(server_url: str, cookie: str, origin: str) -> None:
    for headers in ({"Cookie": cookie}, {}):
        with pytest.raises(InvalidStatus) as refused:
            async with socket(server_url, Origin=origin, **headers):
                pass
        assert refused.value.response.status_code == 403


async def test_a_session_that_is_ended_hears_no_further_change(
    admin: Client, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscription, "CHECK_SESSION_EVERY", 0.0)
    async with admin.live() as live:
        await live.subscribe(SEATS)
        version, _, _ = await next_update(live)
        await company.buy(PRO=1)
        assert await next_update(live) == (version + 3, False, {"PRO": (1, 0, 0)})
        await admin.run("mutation { signOut { ok } }")
        await company.assign(company.users[0], "PRO")
        assert await failed(live) == not_signed_in("REVOKED")
        # The socket stays, as nobody's.
        assert await who(live) is None
        await live.subscribe(SEATS)
        assert await failed(live) == not_signed_in("REVOKED")


async def test_a_session_that_is_ended_is_told_so_though_nothing_changes(
    admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscription, "CHECK_SESSION_EVERY", 0.05)
    async with admin.live() as live:
        await live.subscribe(SEATS)
        await next_update(live)
        await admin.run("mutation { signOut { ok } }")
        assert await failed(live) == not_signed_in("REVOKED")


async def test_a_user_who_loses_the_permission_hears_no_further_change(
    admin: Client, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscription, "CHECK_SESSION_EVERY", 0.0)
    await company.buy(PRO=1)
    zoe = await company.add_user("Zoe", role=Role.ADMINISTRATOR)
    colleague = replace(company, viewer=await viewer_of_user(zoe))
    async with admin.live() as live:
        await live.subscribe(SEATS)
        await next_update(live)
        await User.filter(id=company.administrator.id).update(role="STANDARD")
        await colleague.assign(company.users[0], "PRO")
        assert await failed(live) == {"code": "NOT_PERMITTED", "requires": "VIEW_INVENTORY"}


async def test_an_expired_session_starts_nothing_on_a_socket_it_had_opened(admin: Client, company: Company) -> None:
    async with admin.live() as live:
        assert await who(live) == "admin@example.com"
        await Session.all().update(expires_at=company.administrator.created_at)
        assert await who(live) is None
        await live.subscribe(SEATS)
        assert await failed(live) == not_signed_in("EXPIRED")
