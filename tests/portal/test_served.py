"""The portal as it is served: its paths, headers, assets, and its configuration."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from api.app import make_app
from api.pages.portal import PATHS, Portal, PortalLink
from api.schema.context import Services
from models.events.seat_feed import Feed
from payments import make_provider
from tests.conftest import INSTALL_URL, ORIGINS, ROOT
from tests.support.activation import activation_token
from tests.support.client import Client
from tests.support.company import Company, sign_in_token
from tests.support.unchanged import nothing_changes

TOKEN = "aZ0-_9" * 7
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'none';"
    " frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types default"
)
MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


def app_client(portal: Portal | None) -> httpx2.AsyncClient:
    services = Services(Feed(), make_provider("sandbox"), ORIGINS)
    transport = httpx2.ASGITransport(make_app(services, explorer=None, portal=portal))
    return httpx2.AsyncClient(transport=transport, base_url="http://usher.example.com")


@pytest.fixture
async def portal() -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the portal alone; it needs no database."""
    links = [PortalLink("explorer", "/graphiql"), PortalLink("mailbox", "/mailbox")]
    async with app_client(Portal(ROOT / "portal" / "dist", INSTALL_URL, "sandbox", links)) as client:
        yield client


def is_private(response: httpx2.Response) -> None:
    """Fail unless the response is not cached, sends no referrer, and runs the portal's own scripts alone."""
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["content-security-policy"] == POLICY


@pytest.mark.parametrize("path", [*PATHS, f"/sign-in?token={TOKEN}", f"/activate?token={TOKEN}", "/users?show=PRO"])
async def test_every_path_of_the_portal_is_the_same_private_page(portal: httpx2.AsyncClient, path: str) -> None:
    response = await portal.get(path)
    assert (response.status_code, response.headers["content-type"]) == (200, "text/html; charset=utf-8")
    is_private(response)
    assert response.text == (ROOT / "portal" / "dist" / "index.html").read_text()
    assert "set-cookie" not in response.headers
    head = await portal.head(path)
    assert (head.status_code, head.content) == (200, b"")


async def test_the_page_runs_nothing_inline_and_loads_nothing_of_another_host(portal: httpx2.AsyncClient) -> None:
    page = (await portal.get("/")).text
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\son\w+=|\sstyle=|javascript:|https?://", page)
    linked = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert len(linked) >= 3
    for link in linked:
        assert link.startswith("/portal/assets/")
        assert (await portal.get(link)).status_code == 200, link


def test_the_server_and_the_portal_have_the_same_paths() -> None:
    source = (ROOT / "portal" / "src" / "paths.ts").read_text()
    assert re.findall(r'^  \w+: "([^"]+)",$', source, re.MULTILINE) == PATHS
    app = (ROOT / "portal" / "src" / "App.tsx").read_text()
    names = re.findall(r"^  (\w+): ", source, re.MULTILINE)
    assert sorted(re.findall(r"path=\{paths\.(\w+)\}", app)) == sorted(names)


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/users/x",
        "/licenses/PRO",
        "/sign-in/request",
        "/sign-out",
        "/pages/style.css",
        "/portal",
        "/portal/",
        "/portal/index.html",
        "/portal/documents.json",
        "/documents.json",
        "/portal/assets/",
        "/portal/assets/nothing.js",
        "/portal/assets/..%2fdocuments.json",
        "/portal/assets/..%2f..%2fpackage.json",
        "/index.html",
    ],
)
async def test_any_other_path_is_not_found(portal: httpx2.AsyncClient, path: str) -> None:
    response = await portal.get(path)
    assert (response.status_code, response.text) == (404, "Not Found")


@pytest.mark.parametrize("path", [*PATHS, "/portal.json"])
async def test_nothing_can_be_posted_to_a_page(portal: httpx2.AsyncClient, path: str) -> None:
    response = await portal.post(path, data={"token": TOKEN, "email": "ann@example.com"})
    assert (response.status_code, set(response.headers["allow"].split(", "))) == (405, {"GET", "HEAD"})


@pytest.mark.parametrize("ending", MEDIA_TYPES)
async def test_assets_have_their_media_type_and_may_be_cached_for_ever(
    portal: httpx2.AsyncClient, ending: str
) -> None:
    names = [path.name for path in (ROOT / "portal" / "dist" / "assets").iterdir() if path.suffix == ending]
    response = await portal.get(f"/portal/assets/{names[0]}")
    assert (response.status_code, response.headers["content-type"].partition(";")[0]) == (200, MEDIA_TYPES[ending])
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["content-security-policy"] == POLICY


async def test_the_configuration_needs_no_sign_in(portal: httpx2.AsyncClient) -> None:
    response = await portal.get("/portal.json")
    is_private(response)
    assert response.json() == {
        "installUrl": INSTALL_URL,
        "payments": "sandbox",
        "places": [{"kind": "explorer", "href": "/graphiql"}, {"kind": "mailbox", "href": "/mailbox"}],
    }


async def test_a_portal_that_is_not_built_says_how(tmp_path: Path) -> None:
    async with app_client(Portal(tmp_path / "dist", INSTALL_URL, "sandbox")) as client:
        for path in PATHS:
            response = await client.get(path)
            assert response.status_code == 503
            assert "make setup" in response.text
            is_private(response)
        assert (await client.get("/portal/assets/index.js")).status_code == 404


async def test_its_paths_are_not_found_when_it_is_not_served(portal: httpx2.AsyncClient) -> None:
    async with app_client(None) as client:
        for path in [*PATHS, "/portal.json", "/portal/assets/index.js"]:
            assert (await client.get(path)).status_code == 404


async def test_opening_a_mailed_link_does_not_use_its_token(client: Client, company: Company) -> None:
    await company.buy(PRO=1)
    license = await company.assign(company.users[0], "PRO")
    links = {"sign-in": await sign_in_token(company.administrator), "activate": await activation_token(license)}
    async with nothing_changes():
        for method in ("GET", "HEAD"):
            for page, token in links.items():
                shown = await client.http.request(method, f"/{page}?token={token}")
                assert (shown.status_code, token in shown.text) == (200, False)
    signed_in = await client.mutate("completeSignIn", "... on SignedIn { expiresAt }", token=links["sign-in"])
    assert signed_in["__typename"] == "SignedIn"
    activated = await client.mutate(
        "activateLicense", "... on LicenseActivated { license { id } }", token=links["activate"]
    )
    assert activated["__typename"] == "LicenseActivated"
