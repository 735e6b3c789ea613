"""HTTP Strict Transport Security: told where the host is Usher's alone."""

import httpx2
import pytest

from api.app import make_app
from api.auth.csrf import Origins
from api.pages.portal import Portal
from api.schema.context import Services
from models.events.seat_feed import Feed
from payments import make_provider
from tests.conftest import INSTALL_URL, ROOT

STRICT = "strict-transport-security"
APP = "https://app.example.com"
PATHS = [
    "/",
    "/sign-in?token=x",
    "/portal.json",
    "/portal/assets/none.js",
    "/graphiql",
    "/graphiql/",
    "/healthz",
    "/x",
]


def client(public_url: str) -> httpx2.AsyncClient:
    services = Services(Feed(), make_provider("sandbox"), Origins(public_url, frozenset({APP})), get_queries=True)
    portal = Portal(ROOT / "portal" / "dist", INSTALL_URL, "sandbox")
    app = make_app(services, explorer=ROOT / "explorer" / "dist", portal=portal)
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=public_url)


@pytest.mark.parametrize("path", PATHS)
async def test_every_page_tells_it_over_https(path: str) -> None:
    async with client("https://usher.example.com") as https:
        assert (await https.get(path)).headers.get_list(STRICT) == ["max-age=31536000"]


@pytest.mark.parametrize("origin", ["https://usher.example.com", APP])
async def test_calls_of_browsers_tell_it_too(db: None, origin: str) -> None:
    async with client("https://usher.example.com") as https:
        answer = await https.post("/graphql", json={"query": "{ packages { code } }"}, headers={"origin": origin})
        assert answer.json()["data"]["packages"][0] == {"code": "ECO"}
        assert answer.headers.get_list(STRICT) == ["max-age=31536000"]


@pytest.mark.parametrize(
    "public_url", ["http://usher.example.com", "https://usher.example.com:8443", "https://localhost"]
)
@pytest.mark.parametrize("path", PATHS)
async def test_a_host_that_others_share_is_left_alone(public_url: str, path: str) -> None:
    async with client(public_url) as shared:
        assert STRICT not in (await shared.get(path)).headers
