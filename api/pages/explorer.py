"""GraphiQL at /graphiql, built from the packages in `explorer/`; it sends no request to another host."""

import mimetypes
import os
from pathlib import Path

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

from api.pages.built_files import SUFFIXES, built_file

POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; img-src 'self' data:;"
    " font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
# Set here because the machine's own table may differ, and with nosniff a wrong type breaks the page.
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".ttf": "font/ttf"}
NOT_BUILT = "The explorer is not built. Run `make setup`, then start again."


def explorer_routes(folder: Path) -> list[Route | Mount]:
    """The routes of the page and its assets, from the folder of the build."""
    for suffix, media_type in TYPES.items():
        mimetypes.add_type(media_type, suffix)

    async def page(request: Request) -> Response:
        index = folder / "index.html"
        if not index.exists():
            return PlainTextResponse(NOT_BUILT, status_code=503)
        response = built_file(index, request.headers)
        response.headers.update({**HEADERS, "Cache-Control": "no-cache"})
        return response

    async def slash(_request: Request) -> Response:
        return RedirectResponse("/graphiql", status_code=308, headers=HEADERS)

    return [
        Route("/graphiql", page),
        Mount("/graphiql/assets", Assets(HEADERS, folder / "assets")),
        Route("/graphiql/", slash),
    ]


class Assets(StaticFiles):
    """Files with a hash of their content in the name, which never change."""

    def __init__(self, headers: dict[str, str], folder: Path) -> None:
        super().__init__(directory=folder, check_dir=False)
        self._headers = headers

    async def check_config(self) -> None:
        """Allow a folder that does not exist: the page was not built."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        if path.endswith(tuple(SUFFIXES.values())):
            raise HTTPException(404)
        response = await super().get_response(path, scope)
        response.headers.update(self._headers)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,  # noqa: ARG002 - of the plain file; what is sent has its own
        scope: Scope,
        status_code: int = 200,  # noqa: ARG002
    ) -> Response:
        """The copy that the client prefers; 304 if the client has it."""
        request_headers = Headers(scope=scope)
        response = built_file(Path(full_path), request_headers)
        if self.is_not_modified(response.headers, request_headers):
            return NotModifiedResponse(response.headers)
        return response
