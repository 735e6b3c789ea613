"""The ASGI application: its routes and middleware."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from api.auth.csrf import PREFLIGHT
from api.endpoint import GraphQLEndpoint
from api.http.headers import request_headers
from api.http.responses import DIRECT_WRITE
from api.pages.explorer import explorer_routes
from api.pages.health import health_routes
from api.pages.portal import Portal, portal_routes
from api.pages.strict_transport import strict_transport
from api.schema.context import Services
from api.schema.cost_headers import EXPOSED_HEADERS

Lifespan = Callable[[Starlette], AbstractAsyncContextManager[None]]


PATH = "/graphql"


class _App(Starlette):
    """Starlette, whose middleware is skipped for GraphQL over WebSockets and by POST without an Origin.

    The middleware is for browsers. It would cost each WebSocket three KiB while it is open, and a poll as much time
    as the database.
    """

    def __init__(self, endpoint: GraphQLEndpoint, **options: Any) -> None:
        super().__init__(**options)
        # A redirect would go to any Host that the request names, with the token of a mailed link in its URL.
        self.router.redirect_slashes = False
        self._endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request or a socket."""
        if not _is_graphql(scope):
            await super().__call__(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._endpoint.serve_socket(scope, receive, send)
        elif scope["method"] == "POST" and b"origin" not in (headers := request_headers(scope)).fields:
            await self._endpoint.serve_request(scope, receive, send, headers)
        else:
            # A response that is written at once sends no messages for the middleware to change.
            scope.get("extensions", {}).pop(DIRECT_WRITE, None)
            await super().__call__(scope, receive, send)


def _is_graphql(scope: Scope) -> bool:
    return scope["type"] != "lifespan" and scope["path"].removeprefix(scope.get("root_path", "")) == PATH


def make_app(
    services: Services,
    *,
    explorer: Path | None,
    portal: Portal | None = None,
    pages: Sequence[BaseRoute] = (),
    metrics_token: str | None = None,
    lifespan: Lifespan | None = None,
) -> Starlette:
    """Make the application.

    `explorer` is the folder of its build; None, as for the `portal`, if it is not served. Metrics need a
    `metrics_token`.
    """
    endpoint = GraphQLEndpoint(services)
    return _App(
        endpoint,
        routes=[
            Route(PATH, endpoint),
            *(explorer_routes(explorer) if explorer else []),
            *health_routes(metrics_token),
            *(portal_routes(portal) if portal else []),
            *pages,
        ],
        middleware=[*strict_transport(services.origins), _cors(services)],
        lifespan=lifespan,
    )


def _cors(services: Services) -> Middleware:
    get_queries = services.get_queries
    return Middleware(
        CORSMiddleware,
        allow_origins=sorted(services.origins.others),
        allow_credentials=True,
        allow_methods=["GET", "POST"] if get_queries else ["POST"],
        allow_headers=["authorization", "content-type", "if-none-match", *([PREFLIGHT] if get_queries else [])],
        expose_headers=["etag", *EXPOSED_HEADERS],
    )
