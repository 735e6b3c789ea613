"""The session cookie, and which pages it counts for; what browsers of other origins may ask."""

from contextlib import AsyncExitStack
from http.cookies import SimpleCookie
from typing import Any

import httpx2
import pytest

from api.app import make_app
from api.auth.csrf import Origins
from api.schema.context import Services
from models.events.seat_feed import Feed
from models.operations.sign_in.complete_sign_in import complete_sign_in
from models.tables import SessionKind
from payments import make_provider
from tests.conftest import COOKIE, ROOT
from tests.support.answers import refused, unauthenticated
from tests.support.company import Company, sign_in_token
from tests.support.unchanged import nothing_changes

WHO = {"query": "{ viewer { user { email } } }"}
ADD = {"query": 'mutation { addDomain(input: {name: "evil.example.net"}) { __typename } }'}
ADMIN = {"viewer": {"user": {"email": "admin@example.com"}}}
NOBODY = {"viewer": None}
SIGN_IN = (
    "mutation ($token: String!, $session: SessionKind) { completeSignIn(input: {token: $token, session: $session}) {"
    " __typename ... on SignedIn { accessToken viewer { user { email } } } } }"
)
ALLOWED = "https://app.example.com"
FOREIGN = "https://evil.example.net"
CORS = ("access-control-allow-origin", "access-control-allow-credentials")


@pytest.fixture
async def cookie(company: Company) -> str:
    """The header that a browser sends with the administrator's session cookie."""
    signed_in = await complete_sign_in(token=await sign_in_token(company.administrator), kind=SessionKind.COOKIE)
    return f"{COOKIE}={signed_in.secret}"


async def ask(http: httpx2.AsyncClient, body: dict[str, Any] = WHO, **headers: str) -> dict[str, Any]:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return (await http.post("/graphql", json=body, headers=sent)).json()


async def sign_in(http: httpx2.AsyncClient, company: Company, session: str) -> httpx2.Response:
    variables = {"token": await sign_in_token(company.administrator), "session": session}
    return await http.post("/graphql", json={"query": SIGN_IN, "variables": variables})


def cookies_set(response: httpx2.Response) -> SimpleCookie:
    found = SimpleCookie()
    for header in response.headers.get_list("set-cookie"):
        found.load(header)
    return found


async def test_signing_in_with_a_cookie_sets_it_out_of_reach_of_scripts(
    http: httpx2.AsyncClient, company: Company
) -> None:
    response = await sign_in(http, company, "COOKIE")
    assert response.json()["data"]["completeSignIn"] == {"__typename": "SignedIn", "accessToken": None, **ADMIN}
    found = cookies_set(response)
    assert list(found) == [COOKIE]
    morsel = found[COOKIE]
    assert (morsel["httponly"], morsel["samesite"].lower(), morsel["path"]) == (True, "lax", "/")
    assert (morsel["secure"], morsel["domain"]) == ("", "")
    assert 30 * 86400 - 60 < int(morsel["max-age"]) <= 30 * 86400
    assert morsel.value not in response.text
    # The client keeps the cookie, and sends it from now on.
    assert await ask(http) == {"data": ADMIN}


async def test_signing_out_takes_the_cookie_back(http: httpx2.AsyncClient, company: Company) -> None:
    secret = cookies_set(await sign_in(http, company, "COOKIE"))[COOKIE].value
    response = await http.post("/graphql", json={"query": "mutation { signOut { ok } }"})
    morsel = cookies_set(response)[COOKIE]
    assert (morsel.value, morsel["max-age"], morsel["path"], morsel["httponly"]) == ("", "0", "/", True)
    assert await ask(http) == {"data": NOBODY}
    assert await ask(http, Cookie=f"{COOKIE}={secret}") == {"data": NOBODY}


async def test_signing_in_with_a_bearer_token_sets_no_cookie(http: httpx2.AsyncClient, company: Company) -> None:
    response = await sign_in(http, company, "BEARER")
    assert response.headers.get_list("set-cookie") == []
    token = response.json()["data"]["completeSignIn"]["accessToken"]
    assert await ask(http) == {"data": NOBODY}
    assert await ask(http, Authorization=f"Bearer {token}") == {"data": ADMIN}


CROSS_SITE = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site", "Origin": "http://other.example.com"},
    {"Origin": FOREIGN},
    {"Origin": "null"},
]


@pytest.mark.parametrize("headers", CROSS_SITE)
@pytest.mark.parametrize("session", ["COOKIE", None])
async def test_a_page_of_another_site_cannot_sign_its_visitor_in(
    http: httpx2.AsyncClient, company: Company, headers: dict[str, str], session: str | None
) -> None:
    token = await sign_in_token(company.administrator)
    body = {"query": SIGN_IN, "variables": {"token": token, "session": session}}
    async with nothing_changes():
        response = await http.post("/graphql", json=body, headers=headers)
    extensions = refused(response.json(), "BAD_REQUEST", "completeSignIn")
    assert extensions == {"code": "BAD_REQUEST"}
    assert response.json()["errors"][0]["message"] == (
        "The session cookie is set for pages of this origin, and of those that the operator allows. Ask for BEARER."
    )
    assert response.headers.get_list("set-cookie") == []
    # The token was not used up.
    response = await http.post("/graphql", json=body, headers={"Origin": ALLOWED, "Sec-Fetch-Site": "cross-site"})
    assert response.json()["data"]["completeSignIn"]["__typename"] == "SignedIn"
    assert list(cookies_set(response)) == [COOKIE]


@pytest.mark.parametrize("headers", CROSS_SITE)
async def test_a_page_of_another_site_may_have_a_bearer_token(
    http: httpx2.AsyncClient, company: Company, headers: dict[str, str]
) -> None:
    variables = {"token": await sign_in_token(company.administrator), "session": "BEARER"}
    response = await http.post("/graphql", json={"query": SIGN_IN, "variables": variables}, headers=headers)
    token = response.json()["data"]["completeSignIn"]["accessToken"]
    assert response.headers.get_list("set-cookie") == []
    signed_out = {"query": "mutation { signOut { ok } }"}
    bearer = {"Authorization": f"Bearer {token}"}
    assert await ask(http, **bearer) == {"data": ADMIN}
    response = await http.post("/graphql", json=signed_out, headers=headers | bearer)
    assert (response.json(), response.headers.get_list("set-cookie")) == ({"data": {"signOut": {"ok": True}}}, [])
    assert await ask(http, **bearer) == {"data": NOBODY}


@pytest.mark.parametrize("headers", CROSS_SITE)
async def test_a_page_of_another_site_cannot_sign_its_visitor_out(
    http: httpx2.AsyncClient, cookie: str, headers: dict[str, str]
) -> None:
    body = {"query": "mutation { signOut { ok } }"}
    async with nothing_changes():
        response = await http.post("/graphql", json=body, headers=headers | {"Cookie": cookie})
    assert response.headers.get_list("set-cookie") == []
    assert await ask(http, Cookie=cookie) == {"data": ADMIN}


async def test_installations_on_ports_of_one_host_have_sessions_of_their_own(company: Company, feed: Feed) -> None:
    """Browsers send the cookies of a host to all of its ports."""
    jar = httpx2.Cookies()
    async with AsyncExitStack() as stack:
        sites = []
        for port in (8000, 8001):
            url = f"http://127.0.0.1:{port}"
            services = Services(feed, make_provider("sandbox"), Origins(url))
            transport = httpx2.ASGITransport(app=make_app(services, explorer=None))
            site = httpx2.AsyncClient(transport=transport, base_url=url, cookies=jar)
            site.cookies = jar
            sites.append(await stack.enter_async_context(site))
            assert list(cookies_set(await sign_in(site, company, "COOKIE"))) == [f"usher_session_{port}"]
        first, second = sites
        assert [await ask(first), await ask(second)] == [{"data": ADMIN}] * 2
        await second.post("/graphql", json={"query": "mutation { signOut { ok } }"})
        assert [await ask(first), await ask(second)] == [{"data": ADMIN}, {"data": NOBODY}]


async def test_over_https_the_cookie_is_bound_to_the_host(company: Company, feed: Feed) -> None:
    services = Services(feed, make_provider("sandbox"), Origins("https://usher.example.com"))
    app = make_app(services, explorer=ROOT / "explorer" / "dist")
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="https://usher.example.com") as https:
        found = cookies_set(await sign_in(https, company, "COOKIE"))
        assert list(found) == ["__Host-usher_session"]
        morsel = found["__Host-usher_session"]
        assert (morsel["secure"], morsel["httponly"], morsel["path"], morsel["domain"]) == (True, True, "/", "")
        assert await ask(https) == {"data": ADMIN}
        https.cookies.clear()
        assert await ask(https, Cookie=f"{COOKIE}={morsel.value}") == {"data": NOBODY}


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Sec_Fetch_Site": "cross-site", "Origin": FOREIGN},
        {"Sec_Fetch_Site": "nonsense"},
        {"Origin": FOREIGN},
        {"Origin": "null"},
        {"Origin": "https://app.example.com.evil.example.net"},
        {"Origin": "http://app.example.com"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": ""},
    ],
)
async def test_the_cookie_counts_for_nothing_when_another_site_sent_the_request(
    http: httpx2.AsyncClient, cookie: str, headers: dict[str, str]
) -> None:
    assert await ask(http, Cookie=cookie, **headers) == {"data": NOBODY}
    async with nothing_changes():
        unauthenticated(await ask(http, ADD, Cookie=cookie, **headers), "addDomain")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec_Fetch_Site": "same-origin"},
        {"Sec_Fetch_Site": "none"},
        {"Origin": ALLOWED},
        {"Sec_Fetch_Site": "cross-site", "Origin": ALLOWED},
    ],
)
async def test_the_cookie_counts_for_pages_of_our_own_and_of_allowed_origins(
    http: httpx2.AsyncClient, cookie: str, headers: dict[str, str]
) -> None:
    assert await ask(http, Cookie=cookie, **headers) == {"data": ADMIN}


async def test_the_cookie_counts_for_the_origin_that_is_asked(
    http: httpx2.AsyncClient, cookie: str, server_url: str
) -> None:
    assert await ask(http, Cookie=cookie, Origin=server_url) == {"data": ADMIN}
    assert await ask(http, Cookie=cookie, Origin=server_url, Sec_Fetch_Site="same-origin") == {"data": ADMIN}


async def test_a_bearer_token_counts_wherever_it_comes_from(http: httpx2.AsyncClient, company: Company) -> None:
    bearer = f"Bearer {await company.access_token()}"
    for headers in ({"Sec_Fetch_Site": "cross-site"}, {"Origin": FOREIGN}, {"Origin": "null"}):
        assert await ask(http, Authorization=bearer, **headers) == {"data": ADMIN}


async def test_a_bearer_token_counts_before_the_cookie(
    http: httpx2.AsyncClient, company: Company, cookie: str
) -> None:
    bearer = f"Bearer {await company.access_token(company.users[0])}"
    answer = await ask(http, Authorization=bearer, Cookie=cookie)
    assert answer == {"data": {"viewer": {"user": {"email": "ann@example.com"}}}}
    assert await ask(http, Authorization="Bearer unknown", Cookie=cookie) == {"data": NOBODY}


async def test_an_allowed_origin_may_send_json_and_credentials(http: httpx2.AsyncClient, db: None) -> None:
    asked = {
        "origin": ALLOWED,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization, content-type",
    }
    preflight = await http.options("/graphql", headers=asked)
    assert preflight.status_code == 200
    assert [preflight.headers[name] for name in CORS] == [ALLOWED, "true"]
    assert "POST" in preflight.headers["access-control-allow-methods"]
    allowed = {name.strip().lower() for name in preflight.headers["access-control-allow-headers"].split(",")}
    assert {"authorization", "content-type"} <= allowed
    assert "Origin" in preflight.headers["vary"]
    for body in (WHO, {"query": "{"}, {}):
        response = await http.post("/graphql", json=body, headers={"origin": ALLOWED})
        assert [response.headers[name] for name in CORS] == [ALLOWED, "true"], body


async def test_a_foreign_origin_is_told_that_it_may_not(http: httpx2.AsyncClient, db: None) -> None:
    asked = {
        "origin": FOREIGN,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
    }
    preflight = await http.options("/graphql", headers=asked)
    assert preflight.status_code == 400
    assert "access-control-allow-origin" not in preflight.headers
    response = await http.post("/graphql", json=WHO, headers={"origin": FOREIGN})
    assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize(("method", "header"), [("DELETE", "content-type"), ("POST", "x-unheard-of")])
async def test_an_allowed_origin_may_do_no_more_than_that(http: httpx2.AsyncClient, method: str, header: str) -> None:
    asked = {
        "origin": ALLOWED,
        "access-control-request-method": method,
        "access-control-request-headers": header,
    }
    assert (await http.options("/graphql", headers=asked)).status_code == 400
