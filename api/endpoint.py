"""/graphql: GraphQL over HTTP, with streams, and over WebSocket (graphql-transport-ws)."""

import asyncio

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.auth.client_address import networks_of
from api.execution.pipeline import Pipeline
from api.http.body import read_request
from api.http.error_format import is_temporary
from api.http.headers import RequestHeaders, request_headers
from api.http.responses import failure, presented_error, refusal
from api.http.streaming import Stream
from api.schema.build import make_schema
from api.schema.context import Services
from api.subscriptions.close_codes import INTERNAL_ERROR, TRY_AGAIN_LATER
from api.subscriptions.connection_limits import SocketLimits, TooManySockets
from api.subscriptions.view import SOCKET_GONE, WebSocketView, deny


class GraphQLEndpoint:
    """Serves requests by the pipeline and sockets by Strawberry's handler; every failure is answered with JSON."""

    def __init__(self, services: Services) -> None:
        schema = make_schema(services.limits, services.documents)
        self._services = services
        self._pipeline = Pipeline(schema, services)
        self._view = WebSocketView(schema, services)
        self._slots = SocketLimits(services.limits)
        self._methods = "GET, POST" if services.get_queries else "POST"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request or a socket."""
        if scope["type"] == "http":
            await self.serve_request(scope, receive, send, request_headers(scope))
        else:
            await self.serve_socket(scope, receive, send)

    async def serve_request(self, scope: Scope, receive: Receive, send: Send, headers: RequestHeaders) -> None:
        """Serve a request."""
        try:
            most, by_get = self._services.limits.body_bytes, self._services.get_queries
            body = await read_request(scope, receive, headers, most, by_get=by_get)
            response = await self._pipeline.respond(scope, headers, body)
        except HTTPException as error:
            response = self._refusal(scope, error)
        except asyncio.CancelledError:
            # The process shuts down, and has waited long enough: the call may have been done, or not.
            cut_off = failure(TimeoutError())
            del cut_off.headers["retry-after"]
            await cut_off(scope, receive, send)
            raise
        except Exception as error:  # noqa: BLE001 - e.g. the database is gone before anything could run
            response = failure(error)
        if isinstance(response, Stream):
            await self._serve_stream(response, scope, receive, send)
        else:
            await response(scope, receive, send)

    def _refusal(self, scope: Scope, error: HTTPException) -> Response:
        response = refusal(error.status_code, error.detail)
        if error.status_code == 405:
            response.headers["allow"] = "POST" if scope["method"] == "GET" else self._methods
        return response

    async def _serve_stream(self, stream: Stream, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            with self._slots.slot(networks_of(HTTPConnection(scope))):
                await stream(scope, receive, send)
        except TooManySockets as error:
            await stream.aclose()
            await refusal(429, str(error), code="LIMIT_EXCEEDED")(scope, receive, send)

    async def serve_socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a WebSocket; CORS does not apply to them, so pages of other origins are refused here."""
        connection = HTTPConnection(scope)
        if self._services.origins.is_cross_site(connection):
            await deny(refusal(403, "Pages of this origin may not connect."), scope, receive, send)
            return
        try:
            with self._slots.slot(networks_of(connection)):
                await self._view(scope, receive, send)
        except TooManySockets as error:
            await deny(refusal(429, str(error), code="LIMIT_EXCEEDED"), scope, receive, send)
        except SOCKET_GONE:
            return
        except Exception as error:  # noqa: BLE001 - e.g. the database is gone while a client connects
            code = TRY_AGAIN_LATER if is_temporary(presented_error(error)) else INTERNAL_ERROR
            await send({"type": "websocket.close", "code": code})
