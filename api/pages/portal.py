"""The portal, a single-page app: one page at each of its addresses, its assets, and what it must know to begin."""

import mimetypes
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from api.pages.built_files import built_file
from api.pages.explorer import Assets

# The same list as in portal/src/paths.ts, which a test compares. What is not on it is not found.
PATHS = [
    "/",
    "/sign-in",
    "/activate",
    "/open-account",
    "/licenses",
    "/purchases",
    "/users",
    "/domains",
    "/sessions",
    "/profile",
]
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'none'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script';"
    " trusted-types default"
)
# A page's own address may hold a token: it is neither kept nor told to anybody.
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
PRIVATE = HEADERS | {"Cache-Control": "no-store"}
NOT_BUILT = "The portal is not built. Run `make setup`, then start again."


@dataclass(frozen=True)
class Place:
    """Somewhere beside the portal that it leads to; the portal has words for each kind."""

    kind: str
    href: str


@dataclass(frozen=True)
class Portal:
    """Where the portal was built, and what it must know of the installation before anybody signs in."""

    folder: Path
    install_url: str
    payments: str
    places: Sequence[Place] = ()


def portal_routes(portal: Portal) -> list[BaseRoute]:
    """The page at each address, its assets, and the facts it begins with."""
    mimetypes.add_type("text/javascript", ".js")
    index = portal.folder / "index.html"
    facts = {
        "installUrl": portal.install_url,
        "payments": portal.payments,
        "places": [asdict(place) for place in portal.places],
    }

    async def page(request: Request) -> Response:
        if not index.exists():
            return PlainTextResponse(NOT_BUILT, status_code=503, headers=PRIVATE)
        response = built_file(index, request.headers)
        response.headers.update(PRIVATE)
        return response

    async def told(_request: Request) -> Response:
        return JSONResponse(facts, headers=PRIVATE)

    return [
        *(Route(path, page) for path in PATHS),
        Route("/portal.json", told),
        Mount("/portal/assets", Assets(HEADERS, portal.folder / "assets")),
    ]
