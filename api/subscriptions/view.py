"""Strawberry's ASGI app as far as sockets need it: the context of a connection, and frames of JSON."""

import asyncio
from contextlib import suppress

import orjson
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect
from strawberry.asgi import GraphQL
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types.unset import UnsetType

from api.auth.client_address import exact_address_of
from api.auth.credentials import authorization_in, bearer, credential_in_cookie, make_credential
from api.http.headers import request_headers
from api.schema.build import Schema
from api.schema.context import Context, Services
from api.subscriptions.broadcasts import Broadcasts
from api.subscriptions.handler import INIT_TIMEOUT, WebSocketHandler
from models.errors import CredentialProblem, Unauthenticated

# A frame was to be sent on a socket that the client, or a close frame, had closed.
SOCKET_GONE = (WebSocketDisconnect, WebSocketDisconnected)


class WebSocketView(GraphQL[Context, None]):
    """Serves WebSockets alone."""

    graphql_transport_ws_handler_class = WebSocketHandler

    def __init__(self, schema: Schema, services: Services) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
            connection_init_wait_timeout=INIT_TIMEOUT,
            max_subscriptions_per_connection=services.limits.socket_operations,
            # The endpoint refuses the others.
            allowed_origins=["*"],
        )
        self._services = services
        self.broadcasts = Broadcasts(schema, services)

    async def get_context(self, request: HTTPConnection, response: Response | WebSocket) -> Context:  # noqa: ARG002
        """The context of a connection, with the viewer of its handshake: a bearer token, or a session cookie."""
        headers = request_headers(request.scope)
        context = Context(self._services, request, None, refused=headers.refused)
        await context.authenticate(headers.credential or credential_in_cookie(request, self._services.origins))
        return context

    async def on_ws_connect(self, context: Context) -> UnsetType | dict[str, object] | None:
        """Take the credential of connection_init, which a script can set where it cannot set headers."""
        given = authorization_in(context.connection_params)
        if secret := bearer(given):
            await context.authenticate(make_credential(secret, exact_address_of(context.connection)))
        elif given and context.viewer is None:
            context.refused = Unauthenticated(CredentialProblem.MALFORMED)
        return await super().on_ws_connect(context)

    def decode_json(self, data: str | bytes) -> object:
        """Parse JSON. Raises json.JSONDecodeError."""
        return orjson.loads(data)

    def encode_json(self, data: object) -> str:
        """Write JSON, as text: bytes would become binary frames, which the protocol's clients do not read."""
        return orjson.dumps(data, option=orjson.OPT_UTC_Z).decode()


async def deny(response: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """Refuse the handshake of a WebSocket with a response."""
    await WebSocket(scope, receive, send).send_denial_response(response)
    # uvicorn logs an error where the application returns before the connection is lost.
    with suppress(TimeoutError):
        async with asyncio.timeout(1.0):
            # The messages: connect, the response is sent, the connection is lost.
            for _ in range(3):
                await receive()
