"""The origins that count as this installation's own: that of the public URL, and that of the request as it came."""

import httpx2
import pytest
from websockets.exceptions import InvalidStatus

from models.operations.sign_in.complete_sign_in import complete_sign_in
from models.tables import SessionKind
from tests.conftest import COOKIE, PUBLIC_URL
from tests.support.company import Company, sign_in_token
from tests.support.seats_feed import socket

WHO = {"query": "{ viewer { user { email } } }"}
ADMIN = {"data": {"viewer": {"user": {"email": "admin@example.com"}}}}
NOBODY = {"data": {"viewer": None}}
HTTPS = {"X-Forwarded-Proto": "https"}


@pytest.fixture
async def cookie(company: Company) -> str:
    """The header that a browser sends with the administrator's session cookie."""
    signed_in = await complete_sign_in(token=await sign_in_token(company.administrator), kind=SessionKind.COOKIE)
    return f"{COOKIE}={signed_in.secret}"


async def ask(http: httpx2.AsyncClient, **headers: str) -> object:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return (await http.post("/graphql", json=WHO, headers=sent)).json()


@pytest.mark.parametrize("host", ["backend:8000", "127.0.0.1", "usher.example.com", "usher_backend"])
async def test_the_public_origin_is_ours_whatever_host_a_proxy_passes(
    http: httpx2.AsyncClient, cookie: str, host: str
) -> None:
    assert await ask(http, Cookie=cookie, Host=host, Origin=PUBLIC_URL) == ADMIN
    assert await ask(http, Cookie=cookie, Host=host, Origin="https://usher.example.com") == NOBODY
    assert await ask(http, Cookie=cookie, Host=host, Origin="http://usher.example.com:8000") == NOBODY
    assert await ask(http, Cookie=cookie, Host=host, Origin="http://evil.example.net") == NOBODY


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("Seats.Corp", "http://seats.corp"),
        ("seats.corp:80", "http://seats.corp"),
        ("seats.corp:8080", "http://seats.corp:8080"),
        ("[::1]:80", "http://[::1]"),
    ],
)
async def test_the_origin_of_the_request_is_ours_however_host_is_spelt(
    http: httpx2.AsyncClient, cookie: str, host: str, origin: str
) -> None:
    assert await ask(http, Cookie=cookie, Host=host, Origin=origin) == ADMIN
    # Another scheme is another origin: anybody on the way could have written that page.
    assert await ask(http, Cookie=cookie, Host=host, Origin=origin.replace("http", "https")) == NOBODY


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("seats.corp:8080", "http://seats.corp"),
        ("seats.corp", "http://seats.corp:8080"),
        ("seats.corp:443", "http://seats.corp"),
        ("seats.corp", "http://seats.corp.evil.example.net"),
        ("seats.corp", "null"),
        ("seats.corp:", "http://seats.corp:0x50"),
        ("[", "http://["),
        ("", "http://"),
        ("", "null"),
    ],
)
async def test_an_origin_that_differs_is_not_ours(
    http: httpx2.AsyncClient, cookie: str, host: str, origin: str
) -> None:
    assert await ask(http, Cookie=cookie, Host=host, Origin=origin) == NOBODY


async def test_the_scheme_is_the_one_that_the_proxy_names(http: httpx2.AsyncClient, cookie: str) -> None:
    told = {"Cookie": cookie, "X_Forwarded_Proto": "https"}
    for host in ("seats.corp", "seats.corp:443", "SEATS.corp"):
        assert await ask(http, Host=host, Origin="https://seats.corp", **told) == ADMIN
        assert await ask(http, Host=host, Origin="http://seats.corp", **told) == NOBODY


async def test_a_socket_is_opened_for_pages_of_the_public_origin(server_url: str, cookie: str) -> None:
    async with socket(server_url, Cookie=cookie, Origin=PUBLIC_URL) as live:
        await live.subscribe(WHO["query"])
        assert await live.next() == ADMIN["data"]


async def test_a_socket_is_opened_for_pages_of_its_own_scheme_alone(server_url: str, cookie: str) -> None:
    secure = server_url.replace("http", "https")
    async with socket(server_url, Cookie=cookie, Origin=secure, **HTTPS) as live:
        await live.subscribe(WHO["query"])
        assert await live.next() == ADMIN["data"]
    for origin, more in ((secure, {}), (server_url, HTTPS)):
        with pytest.raises(InvalidStatus) as refused:
            async with socket(server_url, Cookie=cookie, Origin=origin, **more):
                pass
        assert refused.value.response.status_code == 403
