"""The pages beside /graphql: health, readiness, metrics and the explorer."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from api.app import make_app
from api.schema.context import Services
from models.events.seat_feed import Feed
from models.tables import Event
from payments import make_provider
from tests.conftest import METRICS_TOKEN, ORIGINS, ROOT
from tests.support.company import Company

TOKEN = {"authorization": f"Bearer {METRICS_TOKEN}"}
MEDIA_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".ttf": "font/ttf",
    ".svg": "image/svg+xml",
}


def policy(response: httpx2.Response) -> dict[str, list[str]]:
    """The content security policy of an answer."""
    parts = [part.split() for part in response.headers["content-security-policy"].split(";")]
    return {name: sources for name, *sources in parts}


def media_type(response: httpx2.Response) -> str:
    return response.headers["content-type"].partition(";")[0]


async def test_health_is_told_without_a_sign_in(http: httpx2.AsyncClient) -> None:
    response = await http.get("/healthz")
    assert (response.status_code, media_type(response), response.json()) == (
        200,
        "application/json",
        {"status": "ok"},
    )


async def test_readiness_tells_how_many_notices_wait(http: httpx2.AsyncClient, company: Company) -> None:
    response = await http.get("/readyz", headers=TOKEN)
    assert response.status_code == 200
    events = await Event.all().count()
    mail = {"waiting": 0, "retrying": 0, "oldest_seconds": 0, "unrelayed": events}
    assert response.json() == {"status": "ok", "database": "ok", "mail": mail}


async def test_metrics_are_in_the_text_format(http: httpx2.AsyncClient) -> None:
    response = await http.get("/metrics", headers=TOKEN)
    assert (response.status_code, media_type(response)) == (200, "text/plain")
    lines = response.text.splitlines()
    assert any(line.startswith("process_cpu_seconds_total ") for line in lines)
    assert all(re.fullmatch(r"# .*|[a-zA-Z_:][\w:]*(\{.*\})? \S+", line) for line in lines)


async def test_the_explorer_is_served_under_a_strict_policy(http: httpx2.AsyncClient) -> None:
    response = await http.get("/graphiql")
    assert (response.status_code, media_type(response)) == (200, "text/html")
    assert "<title>" in response.text
    rules = policy(response)
    assert rules["default-src"] == ["'self'"]
    assert rules["connect-src"] == ["'self'"]
    assert rules["frame-ancestors"] == rules["base-uri"] == ["'none'"]
    assert "script-src" not in rules
    assert not any(source.startswith(("http", "*")) for sources in rules.values() for source in sources)
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["cache-control"] == "no-cache"


async def test_the_page_of_the_explorer_asks_no_other_host(http: httpx2.AsyncClient) -> None:
    page = (await http.get("/graphiql")).text
    linked = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert len(linked) >= 2
    assert [link for link in linked if not link.startswith("/graphiql/assets/")] == []
    for link in linked:
        assert (await http.get(link)).status_code == 200, link


@pytest.mark.parametrize("ending", MEDIA_TYPES)
async def test_assets_have_their_media_type_and_are_kept(http: httpx2.AsyncClient, ending: str) -> None:
    names = [path.name for path in (ROOT / "explorer" / "dist" / "assets").iterdir() if path.suffix == ending]
    response = await http.get(f"/graphiql/assets/{names[0]}")
    assert (response.status_code, media_type(response)) == (200, MEDIA_TYPES[ending])
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert policy(response)["default-src"] == ["'self'"]


async def test_a_slash_too_many_is_forgiven(http: httpx2.AsyncClient) -> None:
    response = await http.get("/graphiql/", headers={"host": "evil.example.net"})
    assert (response.status_code, response.headers["location"]) == (308, "/graphiql")
    assert policy(response)["default-src"] == ["'self'"]
    assert response.headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize(
    "path",
    [
        "/sign-in/?token=x",
        "/activate/?token=x",
        "/graphql/",
        "/healthz/",
        "/metrics/",
        "/portal.json/",
        "/portal/assets",
        "/graphiql/assets",
    ],
)
async def test_no_redirect_is_made_of_the_host(http: httpx2.AsyncClient, path: str) -> None:
    for method in ("GET", "POST"):
        response = await http.request(method, path, headers={"host": "evil.example.net"})
        assert (response.status_code, response.text) == (404, "Not Found")
        assert "location" not in response.headers


@pytest.fixture
async def not_built(feed: Feed, tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of an installation whose explorer was never built."""
    services = Services(feed, make_provider("sandbox"), ORIGINS)
    transport = httpx2.ASGITransport(app=make_app(services, explorer=tmp_path / "dist"))
    async with httpx2.AsyncClient(transport=transport, base_url="http://usher.example.com") as client:
        yield client


async def test_an_explorer_that_is_not_built_says_how(not_built: httpx2.AsyncClient) -> None:
    response = await not_built.get("/graphiql")
    assert response.status_code == 503
    assert "make setup" in response.text


async def test_an_explorer_that_is_not_built_has_no_assets(not_built: httpx2.AsyncClient) -> None:
    assert (await not_built.get("/graphiql/assets/index.js")).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/graphql/x",
        "/graphiql/x",
        "/graphiql/assets/",
        "/graphiql/assets/nothing.js",
        "/graphiql/assets/..%2findex.html",
        "/graphiql/assets/%2e%2e/%2e%2e/%2e%2e/pyproject.toml",
        "/graphiql/assets/..%2f..%2f..%2fpyproject.toml",
        "/graphiql/assets//etc/passwd",
        "/.env",
        "/01a2064e-bd7e-7281-a2c6-af62f640bad1",
    ],
)
async def test_anything_else_is_not_found(http: httpx2.AsyncClient, path: str) -> None:
    response = await http.get(path)
    assert response.status_code == 404
    assert "usher" not in response.text
