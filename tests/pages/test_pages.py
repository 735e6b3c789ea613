"""The pages that need no database: forms, languages, headers, and everything that is refused before any work."""

import re
import tomllib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette

import api.pages
from api.context import Services
from api.pages.routes import HomeLink, page_routes
from models.feed import Feed
from payments import make_provider

FOLDER = Path(api.pages.__file__).parent
TOKEN = "aZ0-_9" * 7
LINKS = [HomeLink("Explorer <b>", "Try & see", "/graphiql")]
POSTS = ["/sign-in", "/sign-in/request", "/activate", "/sign-out"]
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none';"
    " base-uri 'none'"
)


def make_app(*, secure_cookies: bool = False) -> Starlette:
    services = Services(Feed(), make_provider("sandbox"), "https://get.example.com/install", secure_cookies)
    return Starlette(routes=page_routes(services, LINKS))


def make_client(**options: Any) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(make_app(**options))
    return httpx2.AsyncClient(transport=transport, base_url="http://usher.example.com")


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    async with make_client() as client:
        yield client


def heading(response: httpx2.Response) -> str:
    found = re.search(r"<h1>(.*?)</h1>", response.text)
    assert found, response.text
    return found[1]


async def test_home_shows_the_links_escaped_and_the_way_to_sign_in(client: httpx2.AsyncClient) -> None:
    response = await client.get("/")
    assert response.status_code == 200
    assert heading(response) == "The seat desk of your business account"
    assert 'href="/graphiql"' in response.text
    assert "Explorer &lt;b&gt;" in response.text
    assert "Try &amp; see" in response.text
    assert 'href="/sign-in"' in response.text
    assert "Sign out" not in response.text


async def test_sign_in_without_a_token_asks_for_the_address(client: httpx2.AsyncClient) -> None:
    response = await client.get("/sign-in")
    assert response.status_code == 200
    assert 'action="/sign-in/request"' in response.text
    assert '<label for="email">' in response.text
    assert 'aria-invalid="true"' not in response.text


@pytest.mark.parametrize(("path", "button"), [("/sign-in", "Sign in"), ("/activate", "Activate my license")])
async def test_a_link_leads_to_a_button_that_posts_the_token(
    client: httpx2.AsyncClient, path: str, button: str
) -> None:
    response = await client.get(path, params={"token": TOKEN})
    assert response.status_code == 200
    assert f'<form class="actions" method="post" action="{path}">' in response.text
    assert f'<input type="hidden" name="token" value="{TOKEN}">' in response.text
    assert re.search(r"<button[^>]*>(.*?)</button>", response.text)[1] == button


@pytest.mark.parametrize("token", ["", "a b", '"><script>', "a\x00b", "é", "x" * 20_000])
@pytest.mark.parametrize("path", ["/sign-in", "/activate"])
async def test_a_token_that_cannot_be_ours_is_an_incomplete_link(
    client: httpx2.AsyncClient, path: str, token: str
) -> None:
    shown = await client.get(path, params={"token": token})
    posted = await client.post(path, data={"token": token})
    assert (shown.status_code, heading(shown)) == (400, "This link is incomplete")
    assert posted.status_code == (413 if len(token) > 10_000 else 400)
    assert "<script>" not in shown.text + posted.text


async def test_activation_without_a_token_is_an_incomplete_link(client: httpx2.AsyncClient) -> None:
    for response in (await client.get("/activate"), await client.post("/activate", data={"other": "field"})):
        assert (response.status_code, heading(response)) == (400, "This link is incomplete")


@pytest.mark.parametrize("email", ["", "nobody", "a\x00b@example.com", "two@at@example.com", '"><b>@example.com'])
async def test_a_malformed_address_comes_back_with_the_message_beside_the_field(
    client: httpx2.AsyncClient, email: str
) -> None:
    response = await client.post("/sign-in/request", data={"email": email})
    assert response.status_code == 422
    assert 'aria-invalid="true" aria-describedby="email-bad"' in response.text
    assert '<p class="bad" id="email-bad">' in response.text
    assert "<title>Error: Sign in to Usher - Usher</title>" in response.text
    assert "<b>" not in response.text


async def test_a_missing_address_is_a_malformed_one(client: httpx2.AsyncClient) -> None:
    assert (await client.post("/sign-in/request", data={"other": "field"})).status_code == 422


async def test_the_address_that_was_typed_is_kept_and_escaped(client: httpx2.AsyncClient) -> None:
    response = await client.post("/sign-in/request", data={"email": 'x" onfocus="alert(1)'})
    assert 'value="x&#34; onfocus=&#34;alert(1)"' in response.text


async def test_getting_the_address_of_a_form_leads_to_the_form(client: httpx2.AsyncClient) -> None:
    response = await client.get("/sign-in/request")
    assert (response.status_code, response.headers["location"]) == (303, "/sign-in")


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "nonsense", "Origin": "http://usher.example.com"},
        {"Origin": "https://evil.example.org"},
        {"Origin": "http://usher.example.com:8000"},
        {"Origin": "null"},
        {"Origin": "usher.example.com"},
        {"Origin": ""},
    ],
)
async def test_another_site_cannot_post(client: httpx2.AsyncClient, path: str, headers: dict[str, str]) -> None:
    response = await client.post(path, data={"token": TOKEN, "email": "a@example.com"}, headers=headers)
    assert (response.status_code, heading(response)) == (403, "This request came from another site")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://usher.example.com"},
        {"Origin": "HTTP://Usher.Example.com"},
    ],
)
async def test_our_own_pages_can_post(client: httpx2.AsyncClient, headers: dict[str, str]) -> None:
    response = await client.post("/sign-in/request", data={"email": "nobody"}, headers=headers)
    assert response.status_code == 422


async def test_over_plain_http_the_cookie_of_our_pages_proves_a_form_ours(client: httpx2.AsyncClient) -> None:
    # What browsers send there: no Sec-Fetch-Site, and for pages that keep their address to themselves a null origin.
    shown = await client.get("/sign-in")
    assert shown.headers["set-cookie"] == "usher_page=1; HttpOnly; Path=/; SameSite=strict"
    response = await client.post("/sign-in/request", data={"email": "nobody"}, headers={"Origin": "null"})
    assert response.status_code == 422
    response = await client.post(
        "/sign-in/request", data={"email": "nobody"}, headers={"Origin": "null", "Sec-Fetch-Site": "cross-site"}
    )
    assert response.status_code == 403


async def test_behind_https_every_cookie_is_secure() -> None:
    async with make_client(secure_cookies=True) as client:
        assert "Secure" in (await client.get("/")).headers["set-cookie"]


async def test_signing_out_without_a_session_leads_home(client: httpx2.AsyncClient) -> None:
    response = await client.post("/sign-out")
    assert (response.status_code, response.headers["location"]) == (303, "/")
    assert 'usher_session=""; expires=' in response.headers["set-cookie"]


@pytest.mark.parametrize("path", ["/sign-in", "/sign-in/request", "/activate"])
async def test_what_is_no_form_of_ours_is_refused_with_a_page(client: httpx2.AsyncClient, path: str) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    refusals = [
        (415, await client.post(path, json={"token": TOKEN})),
        (415, await client.post(path, content=b"token=x")),
        (415, await client.post(path, files={"token": b"x"})),
        (413, await client.post(path, content=b"token=" + b"x" * 20_000, headers=form)),
        (400, await client.post(path, content=b"token=\xff", headers=form)),
        (400, await client.post(path, content=b"token=%ff", headers=form)),
        (400, await client.post(path, content=b"a=1&" * 100, headers=form)),
    ]
    for status, response in refusals:
        assert response.status_code == status
        assert "Nothing was done" in response.text
        assert response.headers["content-security-policy"] == POLICY


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("fr-CA,fr;q=0.9,en;q=0.8", "fr-CA"),
        ("fr-FR", "fr-CA"),
        ("en-US,fr;q=0.9", "en"),
        ("de,fr;q=0.5,en;q=0.4", "fr-CA"),
        ("fr;q=0,en", "en"),
        ("fr;q=0", "en"),
        ("de", "en"),
        ("", "en"),
        ("*", "en"),
        ("fr;q=nan,;;,=", "en"),
        ("fr;q=2", "en"),
        ("français", "en"),
    ],
)
async def test_the_browser_chooses_the_language(client: httpx2.AsyncClient, accepted: str, language: str) -> None:
    response = await client.get("/sign-in", headers={"Accept-Language": accepted.encode()})
    assert f'<html lang="{language}">' in response.text
    assert response.headers["content-language"] == language


async def test_the_visitor_can_choose_the_language_and_keeps_it(client: httpx2.AsyncClient) -> None:
    response = await client.get("/sign-in?lang=fr")
    assert heading(response) == "Connexion à Usher"
    assert 'action="/sign-in/request?lang=fr"' in response.text
    assert 'href="/sign-in?lang=en" hreflang="en" lang="en">English</a>' in response.text
    response = await client.post("/sign-in/request?lang=fr", data={"email": "x"})
    assert "Entrez une adresse courriel" in response.text
    assert (await client.post("/sign-out?lang=fr")).headers["location"] == "/?lang=fr"
    assert heading(await client.get("/sign-in?lang=xx%00")) == "Sign in to Usher"


async def test_changing_the_language_keeps_the_token(client: httpx2.AsyncClient) -> None:
    response = await client.get("/activate", params={"token": TOKEN})
    assert f'href="/activate?token={TOKEN}&amp;lang=fr"' in response.text


@pytest.mark.parametrize(
    "path", ["/", "/sign-in", f"/sign-in?token={TOKEN}", f"/activate?token={TOKEN}", "/activate"]
)
@pytest.mark.parametrize("lang", ["en", "fr"])
async def test_every_page_keeps_its_address_to_itself_and_runs_nothing(
    client: httpx2.AsyncClient, path: str, lang: str
) -> None:
    response = await client.get(path, headers={"Accept-Language": lang})
    assert response.headers["content-security-policy"] == POLICY
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert not re.search(r"<script|\son\w+=|\sstyle=|javascript:|https?://", response.text)
    for landmark in ("<header", "<main", "<footer", "<h1"):
        assert response.text.count(landmark) == 1
    assert "{" not in response.text


async def test_the_stylesheet_is_one_file_kept_for_long(client: httpx2.AsyncClient) -> None:
    urls = re.findall(r'<link rel="stylesheet" href="([^"]+)"', (await client.get("/")).text)
    assert [url.partition("?")[0] for url in urls] == ["/pages/style.css"]
    response = await client.get(urls[0])
    assert response.headers["content-type"] == "text/css; charset=utf-8"
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "url(" not in response.text
    icon = await client.get("/pages/icon.svg")
    assert icon.headers["content-type"] == "image/svg+xml"


def test_both_languages_say_the_same_things() -> None:
    english, french = (
        tomllib.loads((FOLDER / "texts" / f"{name}.toml").read_text(encoding="utf-8")) for name in ("en", "fr-CA")
    )
    assert shape(english) == shape(french)


def shape(texts: Any) -> Any:
    """The keys of the texts, and the names that each sentence is filled in with."""
    if isinstance(texts, str):
        return sorted(re.findall(r"\{\w*\}", texts))
    if isinstance(texts, list):
        return [shape(text) for text in texts]
    return {key: shape(text) for key, text in texts.items()}


READ_ON = [
    ("text", "surface"),
    ("heading", "surface"),
    ("quiet", "surface"),
    ("quiet", "ground"),
    ("quiet", "tint"),
    ("accent", "surface"),
    ("accent", "ground"),
    ("accent-strong", "tint"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("bad", "surface"),
]


def themes() -> Iterator[dict[str, str]]:
    css = (FOLDER / "static" / "style.css").read_text(encoding="utf-8")
    for block in re.findall(r":root \{(.*?)\}", css, re.DOTALL):
        yield dict(re.findall(r"--([\w-]+): #(\w+);", block))


def luminance(colour: str) -> float:
    full = "".join(2 * digit for digit in colour) if len(colour) == 3 else colour
    parts = [int(full[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_text_stands_out_in_light_and_in_dark() -> None:
    light, dark = themes()
    for theme in (light, dark):
        for text, ground in READ_ON:
            assert contrast(theme[text], theme[ground]) >= 4.5, (text, ground)
        # WCAG 2.2, 1.4.11: the edge of a field.
        assert contrast(theme["field"], theme["surface"]) >= 3
