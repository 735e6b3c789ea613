"""graphql-transport-ws, hardened: a malformed frame or a flood closes its socket, a bad operation only itself."""

import time
from typing import Any

from graphql import GraphQLError
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
)
from strawberry.subscriptions.protocols.graphql_transport_ws.types import Message

from api.context import Context


class WebSocketHandler(BaseGraphQLTransportWSHandler[Context, None]):
    """Strawberry's handler, with the shape of each frame checked first, and how many come."""

    _second = 0
    _in_this_second = 0

    async def handle_message(self, message: Message) -> None:
        """Handle a frame. What is not a message of the protocol closes the socket with 4400, a flood with 4429."""
        if self._is_flood():
            await self.websocket.close(code=4429, reason="Too many messages")
            return
        if isinstance(message, dict) and message.get("payload", message) is None:
            # Some clients write an absent payload as null.
            message.pop("payload")
        if problem := _problem(message):
            await self.handle_invalid_message(problem)
        else:
            await super().handle_message(message)

    async def send_message(self, message: Message) -> None:
        """Send a frame. The one error that Strawberry makes by itself, of too many operations, gets its code."""
        if message["type"] == "error":
            allowed = self.context.services.limits.socket_operations
            for error in message["payload"]:
                if "extensions" not in error:
                    error["message"] = f"Too many operations: at most {allowed} at once are allowed on a connection."
                    error["extensions"] = {"code": "LIMIT_EXCEEDED", "limit": "operations", "allowed": allowed}
        await super().send_message(message)

    def _is_flood(self) -> bool:
        second = int(time.monotonic())
        self._in_this_second = self._in_this_second + 1 if second == self._second else 1
        self._second = second
        return self._in_this_second > self.context.services.limits.socket_messages_per_second

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
