"""graphql-transport-ws, hardened: a malformed frame closes its socket, a bad operation only itself."""

from typing import Any

from graphql import GraphQLError
from starlette.websockets import WebSocketDisconnected as SocketClosed
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
)
from strawberry.subscriptions.protocols.graphql_transport_ws.types import Message, SubscribeMessage

from api.context import Context


class WebSocketHandler(BaseGraphQLTransportWSHandler[Context, None]):
    """Strawberry's handler, with the shape of each frame checked first."""

    async def handle_message(self, message: Message) -> None:
        """Handle a frame. What is not a message of the protocol closes the socket with 4400."""
        if isinstance(message, dict) and message.get("payload", message) is None:
            # Some clients write an absent payload as null.
            message.pop("payload")
        if problem := _problem(message):
            await self.handle_invalid_message(problem)
        else:
            await super().handle_message(message)

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        """Start an operation. An id that is in use closes the socket with 4409, however long it is."""
        if self.connection_acknowledged and message["id"] in self.operations:
            # Strawberry would name it whole, and a close frame has room for 123 bytes.
            shown = message["id"].encode()[:80].decode(errors="ignore")
            await self.websocket.close(code=4409, reason=f"Subscriber for {shown} already exists")
        else:
            await super().handle_subscribe(message)

    async def send_message(self, message: Message) -> None:
        """Send a frame. The one error that Strawberry makes by itself, of too many operations, gets its code."""
        if message["type"] == "error":
            for error in message["payload"]:
                error.setdefault("extensions", {"code": "LIMIT_EXCEEDED"})
        await super().send_message(message)

    async def handle_task_exception(self, error: Exception) -> None:
        """Log what an operation's task failed of; a socket that was closed before its answer is no failure."""
        if not isinstance(error, WebSocketDisconnected | SocketClosed):
            await super().handle_task_exception(error)

    @staticmethod
    def _get_pre_execution_close_reason(error: GraphQLError) -> str | None:  # noqa: ARG004
        """Never close the socket for a bad document: the protocol's error message tells the one operation."""
        return None


def _problem(message: Any) -> str | None:
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        return "A message must be a JSON object with a type."
    kind = message["type"]
    if kind in {"subscribe", "complete"} and not isinstance(message.get("id"), str):
        return f"A {kind} message must have an id."
    if kind == "subscribe":
        return _payload_problem(message.get("payload"))
    return None


def _payload_problem(payload: Any) -> str | None:
    if not isinstance(payload, dict) or not isinstance(payload.get("query"), str):
        return "A subscribe message must have a payload with a query."
    if not isinstance(payload.get("variables"), dict | None):
        return "The payload's variables must be an object or null."
    if not isinstance(payload.get("operationName"), str | None):
        return "The payload's operationName must be a string or null."
    return None
