"""Pages of the mailbox: their templates, headers, stylesheet and icon."""

import hashlib
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

HERE = Path(__file__).parent
STYLE = (HERE / "static" / "style.css").read_bytes()
ICON = (HERE / "static" / "icon.svg").read_bytes()
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; form-action 'none';"
    " frame-ancestors 'none'; base-uri 'none'"
)
# A mail holds links that sign in: its page is neither kept nor told to the next site.
PRIVATE_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
IMMUTABLE_HEADERS = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}


def asset_routes() -> list[Route]:
    """The stylesheet and the icon: their addresses change with their content, so browsers may keep them for ever."""
    return [Route("/mailbox/style.css", _style), Route("/mailbox/icon.svg", _icon)]


def page(template: str, *, status: int = 200, **facts: Any) -> HTMLResponse:
    """Fill a template."""
    html = _environment.get_template(f"{template}.html.j2").render(facts)
    return HTMLResponse(html, status, PRIVATE_HEADERS | {"Content-Security-Policy": POLICY})


async def _style(_request: Request) -> Response:
    return Response(STYLE, media_type="text/css", headers=IMMUTABLE_HEADERS)


async def _icon(_request: Request) -> Response:
    return Response(ICON, media_type="image/svg+xml", headers=IMMUTABLE_HEADERS)


def _versioned(path: str, content: bytes) -> str:
    return f"{path}?v={hashlib.sha256(content).hexdigest()[:12]}"


_environment = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.globals |= {
    "style_url": _versioned("/mailbox/style.css", STYLE),
    "icon_url": _versioned("/mailbox/icon.svg", ICON),
}
