"""The portal, a single-page app: one page at each of its paths, its assets, and its configuration."""

import mimetypes
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from api.pages.built_files import built_file
from api.pages.explorer import Assets

# The paths of portal/src/paths.ts; a test compares the lists. Any other path is not found.
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
# The URL of a page may hold a token: no response is cached, and no referrer is sent.
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
class PortalLink:
    """A link in the portal's footer to another page of the installation; the portal has a text for each kind."""

    kind: str
    href: str


@dataclass(frozen=True)
class Portal:
    """The built portal, and its configuration, which it loads without a sign-in."""

    folder: Path
    install_url: str
    payments: str
    links: Sequence[PortalLink] = ()


def portal_routes(portal: Portal) -> list[BaseRoute]:
    """The routes of the page at each path, its assets, and its configuration as JSON."""
    mimetypes.add_type("text/javascript", ".js")
    index = portal.folder / "index.html"
    configuration = {
        "installUrl": portal.install_url,
        "payments": portal.payments,
        "places": [asdict(link) for link in portal.links],
    }

    async def page(request: Request) -> Response:
        if not index.exists():
            return PlainTextResponse(NOT_BUILT, status_code=503, headers=PRIVATE)
        response = built_file(index, request.headers)
        response.headers.update(PRIVATE)
        return response

    async def portal_json(_request: Request) -> Response:
        return JSONResponse(configuration, headers=PRIVATE)

    return [
        *(Route(path, page) for path in PATHS),
        Route("/portal.json", portal_json),
        Mount("/portal/assets", Assets(HEADERS, portal.folder / "assets")),
    ]
