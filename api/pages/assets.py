"""The stylesheet and the icon: their addresses change with their content, so browsers may keep them for ever."""

import hashlib
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_FOLDER = Path(__file__).parent / "static"
_STYLE = (_FOLDER / "style.css").read_bytes()
_ICON = (_FOLDER / "icon.svg").read_bytes()
_HEADERS = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}


def asset_routes() -> list[Route]:
    """Where the pages' stylesheet and icon are served."""
    return [Route("/pages/style.css", _style), Route("/pages/icon.svg", _icon)]


def _versioned(path: str, content: bytes) -> str:
    return f"{path}?v={hashlib.sha256(content).hexdigest()[:12]}"


STYLE_URL = _versioned("/pages/style.css", _STYLE)
ICON_URL = _versioned("/pages/icon.svg", _ICON)


async def _style(_request: Request) -> Response:
    return Response(_STYLE, media_type="text/css", headers=_HEADERS)


async def _icon(_request: Request) -> Response:
    return Response(_ICON, media_type="image/svg+xml", headers=_HEADERS)
