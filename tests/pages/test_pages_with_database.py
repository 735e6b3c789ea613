"""The pages that mailed links lead to, against real rows."""

import asyncio
from uuid import UUID

import httpx2
import pytest

from models.database import fetch
from models.events import EventType
from models.operations.answer_sign_in_requests import answer_sign_in_requests
from models.operations.remove_license import remove_license
from models.operations.send_activation_link import send_activation_link
from models.operations.transfer_license import transfer_license
from models.tables import Session
from tests.conftest import INSTALL_URL
from tests.support.activation import activation_token
from tests.support.client import Client
from tests.support.company import Company, sign_in_token
from tests.support.unchanged import nothing_changes

COOKIE = "usher_session"


async def signed_in(client: Client, company: Company) -> httpx2.Response:
    token = await sign_in_token(company.administrator)
    return await client.http.post("/sign-in", data={"token": token})


async def events_of(account_id: UUID, event: EventType) -> int:
    rows = await fetch("SELECT FROM events WHERE account_id = $1 AND type = $2", account_id, event.value)
    return len(rows)


async def test_asking_for_a_link_answers_the_same_for_known_and_unknown(client: Client, company: Company) -> None:
    known = await client.http.post("/sign-in/request", data={"email": "admin@example.com"})
    unknown = await client.http.post("/sign-in/request", data={"email": "stranger@example.com"})
    assert (known.status_code, unknown.status_code) == (200, 200)
    assert known.text.replace("admin@", "stranger@") == unknown.text
    assert await answer_sign_in_requests() == 2
    assert await events_of(company.account_id, EventType.SIGN_IN_REQUESTED) == 1


async def test_looking_at_a_link_uses_nothing_up(client: Client, company: Company) -> None:
    token = await sign_in_token(company.administrator)
    async with nothing_changes():
        for method in ("GET", "HEAD"):
            for page in ("sign-in", "activate"):
                assert (await client.http.request(method, f"/{page}?token={token}")).status_code == 200
    assert (await client.http.post("/sign-in", data={"token": token})).status_code == 303


async def test_following_a_sign_in_link_sets_the_cookie_and_leads_home(client: Client, company: Company) -> None:
    answer = await signed_in(client, company)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith(COOKIE))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    home = (await client.http.get("/")).text
    assert "admin@example.com" in home
    assert "Company of example.com" in home


@pytest.mark.parametrize("change", ["used_at = now()", "expires_at = now()", "purpose = 'ACTIVATE'"])
async def test_a_dead_sign_in_link_is_gone_and_sets_no_cookie(client: Client, company: Company, change: str) -> None:
    token = await sign_in_token(company.administrator)
    await company.buy(ECO=1)
    license = await company.assign(company.users[0], "ECO")
    if "ACTIVATE" in change:
        change += f", license_id = '{license.id}'"
    await fetch(f"UPDATE tokens SET {change}")
    async with nothing_changes():
        answer = await client.http.post("/sign-in", data={"token": token})
    assert answer.status_code == 410
    assert not any(c.startswith(COOKIE) for c in answer.headers.get_list("set-cookie"))


async def test_of_two_who_follow_one_link_a_single_one_signs_in(client: Client, company: Company) -> None:
    token = await sign_in_token(company.administrator)
    before = await Session.all().count()
    answers = await asyncio.gather(*(client.http.post("/sign-in", data={"token": token}) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [303] + [410] * 7
    assert await Session.all().count() == before + 1


async def test_following_an_activation_link_activates_and_says_where_to_install(
    client: Client, company: Company
) -> None:
    await company.buy(PRO=1)
    license = await company.assign(company.users[0], "PRO")
    answer = await client.http.post("/activate", data={"token": await activation_token(license)})
    assert answer.status_code == 200
    assert INSTALL_URL in answer.text
    assert (await company.counts())["PRO"] == (1, 1, 1)


async def test_an_active_license_stays_active_with_a_fresh_link(client: Client, company: Company) -> None:
    await company.buy(PRO=1)
    license = await company.assign(company.users[0], "PRO")
    await client.http.post("/activate", data={"token": await activation_token(license)})
    license = await send_activation_link(company.viewer, license_id=license.id)
    answer = await client.http.post("/activate", data={"token": await activation_token(license)})
    assert answer.status_code == 200
    assert (await company.counts())["PRO"] == (1, 1, 1)


@pytest.mark.parametrize("how", ["used", "replaced", "removed", "transferred", "a sign-in link"])
async def test_a_dead_activation_link_is_gone_and_moves_nothing(client: Client, company: Company, how: str) -> None:
    await company.buy(PRO=1)
    license = await company.assign(company.users[0], "PRO")
    token = await activation_token(license)
    match how:
        case "used":
            await fetch("UPDATE tokens SET used_at = now()")
        case "replaced":
            await send_activation_link(company.viewer, license_id=license.id)
        case "removed":
            await remove_license(company.viewer, license_id=license.id)
        case "transferred":
            await transfer_license(company.viewer, license_id=license.id, to_user_id=company.users[1].id)
        case _:
            token = await sign_in_token(company.users[0])
    async with nothing_changes():
        answer = await client.http.post("/activate", data={"token": token})
    assert answer.status_code == 410


@pytest.mark.parametrize("cookie", ["", "garbage", "revoked", "expired"])
async def test_home_shows_nobody_without_a_live_session(client: Client, company: Company, cookie: str) -> None:
    if cookie in {"revoked", "expired"}:
        await signed_in(client, company)
        column = "revoked_at" if cookie == "revoked" else "expires_at"
        await fetch(f"UPDATE sessions SET {column} = now()")
    else:
        client.http.cookies.set(COOKIE, cookie)
    assert "admin@example.com" not in (await client.http.get("/")).text


async def test_signing_out_ends_the_session_and_again_changes_nothing(client: Client, company: Company) -> None:
    await signed_in(client, company)
    secret = client.http.cookies[COOKIE]
    assert (await client.http.post("/sign-out")).status_code == 303
    assert (await client.signed_in(secret).run("{ viewer { permissions } }"))["viewer"] is None
    async with nothing_changes():
        assert (await client.http.post("/sign-out")).status_code == 303


async def test_a_post_from_another_site_leaves_the_token_good(client: Client, company: Company) -> None:
    token = await sign_in_token(company.administrator)
    async with nothing_changes():
        foreign = await client.http.post("/sign-in", data={"token": token}, headers={"sec-fetch-site": "cross-site"})
    assert foreign.status_code == 403
    assert (await client.http.post("/sign-in", data={"token": token})).status_code == 303
