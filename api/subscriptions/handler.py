"""graphql-transport-ws, hardened: a malformed frame or a flood closes its socket, a bad operation only itself."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import timedelta
from typing import Any, Protocol

from graphql import GraphQLError
from starlette.websockets import WebSocketDisconnected as SocketClosed
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.schema.schema import StreamResult
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)
from strawberry.subscriptions.protocols.graphql_transport_ws.types import (
    ConnectionInitMessage,
    Message,
    SubscribeMessage,
)

from api.documents.subscriptions import is_subscription
from api.documents.trusted import names_a_document, naming_problem, requested_document
from api.http.error_format import is_temporary, present
from api.schema.admission import may_read_document
from api.schema.build import Schema
from api.schema.context import Context
from api.schema.cost_headers import charge
from api.subscriptions.broadcasts import Broadcasts
from api.subscriptions.close_codes import TRY_AGAIN_LATER, UNAUTHORIZED
from api.subscriptions.shared_operation import SharedOperation, SubscriptionRequest, parse_request
from api.subscriptions.subscriber import SOCKET, Socket, Subscriber
from models.access.viewer import Viewer
from models.database.outages import UNAVAILABLE
from models.errors import RateLimited
from models.permissions import Permission

# Seconds that a socket without a viewer stays open. Plain requests answer the same to an anonymous client.
ANONYMOUS_FOR = 60.0

INIT_TIMEOUT = timedelta(seconds=10)


class HasBroadcasts(Protocol):
    """The part of the view that the handler needs."""

    broadcasts: Broadcasts


class WebSocketHandler(BaseGraphQLTransportWSHandler[Context, None]):
    """Strawberry's handler, with the shape of each frame checked first, and how many come."""

    _init_timer: asyncio.TimerHandle
    _second = 0
    _in_this_second = 0
    view: "HasBroadcasts"
    schema: Schema
    operations: dict[str, Any]
    websocket: Any

    def on_request_accepted(self) -> None:
        """Wait for connection_init, by a timer: a task for it would stay with the socket."""
        loop = asyncio.get_running_loop()
        delay = self.connection_init_wait_timeout.total_seconds()
        self._init_timer = loop.call_later(delay, self._begin_to_time_out)

    def _begin_to_time_out(self) -> None:
        self.connection_init_wait_timeout = timedelta()
        super().on_request_accepted()

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        """Authenticate the client; a socket without a viewer ends after a while."""
        self._init_timer.cancel()
        await super().handle_connection_init(message)
        if self.connection_acknowledged and self.context.viewer is None:
            loop = asyncio.get_running_loop()
            self._init_timer = loop.call_later(ANONYMOUS_FOR, self._end_anonymous)

    def _end_anonymous(self) -> None:
        if socket := self._socket():
            socket.cut_off(UNAUTHORIZED, "Connect again with a credential")

    def _socket(self) -> Socket | None:
        """The connection, where the web server offers it."""
        return self.websocket.ws.scope.get("extensions", {}).get(SOCKET)

    async def shutdown(self) -> None:
        """End what runs."""
        self._init_timer.cancel()
        await super().shutdown()

    async def handle_message(self, message: Message) -> None:
        """Handle a frame. One that is no message of the protocol closes the socket with 4400, a flood with 4429."""
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

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        """Start an operation. An id that is in use closes the socket with 4409, however long it is."""
        if not self.connection_acknowledged:
            await super().handle_subscribe(message)
        elif message["id"] in self.operations:
            # Strawberry would name it whole, and a close frame has room for 123 bytes.
            shown = message["id"].encode()[:80].decode(errors="ignore")
            await self.websocket.close(code=4409, reason=f"Subscriber for {shown} already exists")
        else:
            await self._start(message)

    async def _start(self, message: SubscribeMessage) -> None:
        payload = message["payload"]
        try:
            query = requested_document({**payload}, self.context.services.documents.trusted)
        except GraphQLError as error:
            await self.send_message({"id": message["id"], "type": "error", "payload": [present(error).formatted]})
        else:
            await super().handle_subscribe({**message, "payload": {**payload, "query": query}})

    async def run_operation(self, operation: Operation[Context, None]) -> None:
        """Run an operation, shared with other subscribers where their results are equal."""
        socket = self._socket()
        shared = socket and may_read_document(self.context, self.schema.documents, operation.query)
        request = parse_request(self.schema, operation) if shared else None
        admitted = await self._admitted(request) if request else None
        if socket is None or request is None or admitted is None:
            # Errors are sent there as well.
            await super().run_operation(operation)
            return
        viewer, shared_operation = admitted
        subscriber = Subscriber(socket, operation.id, viewer, request.after, self._forget)
        subscriber.task = operation.task
        self.operations[operation.id] = subscriber
        await self.view.broadcasts.follow(shared_operation, subscriber)

    async def _admitted(self, request: SubscriptionRequest) -> tuple[Viewer, SharedOperation] | None:
        """The viewer as of now, charged for the operation to share; None where the viewer may not have it."""
        try:
            context = await self.context.for_next_operation()
            if context.viewer is None or not context.viewer.may(Permission.VIEW_INVENTORY):
                return None
            charge(context, request.cost)
        except (RateLimited, *UNAVAILABLE):
            return None
        # Most often they are equal, and one is enough to keep.
        known = self.context.viewer
        viewer = known if known is not None and known == context.viewer else context.viewer
        return viewer, request.operation_for(context.language)

    def _forget(self, operation_id: str) -> None:
        self.operations.pop(operation_id, None)

    async def cleanup_operation(self, operation_id: str) -> None:
        """End an operation; one that is shared may have no task of its own."""
        operation = self.operations.get(operation_id)
        if isinstance(operation, Subscriber):
            del self.operations[operation_id]
            operation.stop()
        else:
            await super().cleanup_operation(operation_id)

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

    async def _send_result_stream(self, operation: Operation[Context, None], result_source: StreamResult) -> None:
        """Send what an operation yields. A subscription that a short outage stops takes its socket along.

        Its clients reconnect by themselves and follow again; an error would end it, and they would see no change
        any more. A query or a mutation is answered with the error: to repeat it is for the client to decide.
        """
        async with aclosing(self._until_stopped(operation, result_source)) as results:
            await super()._send_result_stream(operation, results)

    async def _until_stopped(
        self, operation: Operation[Context, None], result_source: StreamResult
    ) -> AsyncGenerator[Any, None]:
        async for result in result_source:
            if any(map(is_temporary, getattr(result, "errors", None) or [])) and self._follows(operation):
                operation.completed = True
                await self.websocket.close(code=TRY_AGAIN_LATER, reason="Try again later")
                return
            yield result

    def _follows(self, operation: Operation[Context, None]) -> bool:
        return is_subscription(operation.query, operation.operation_name, self.context.services.limits)

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


def _has_document(payload: dict[str, Any]) -> bool:
    query = payload.get("query")
    return isinstance(query, str) or (query is None and names_a_document(payload))


def _payload_problem(payload: Any) -> str | None:
    if not isinstance(payload, dict) or not _has_document(payload):
        return "A subscribe message must have a payload with a query."
    if problem := naming_problem(payload):
        return f"The payload's {problem}"
    if not isinstance(payload.get("variables"), dict | None):
        return "The payload's variables must be an object or null."
    if not isinstance(payload.get("operationName"), str | None):
        return "The payload's operationName must be a string or null."
    return None
