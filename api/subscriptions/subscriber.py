"""One subscription on one WebSocket that shares its results with others. Between two messages it has no task."""

import asyncio
from collections.abc import Callable
from typing import Protocol

import orjson
from prometheus_client import Counter

from api.http.error_format import is_temporary
from api.http.responses import presented_error
from api.subscriptions.close_codes import TRY_AGAIN_LATER
from api.subscriptions.frames import complete_frame, next_frame
from models.access.viewer import Viewer

# Under this name the web server offers the socket itself, in the extensions of its scope.
SOCKET = "usher.socket"
# How long, in seconds, a socket may take nothing of what it has missed.
TAKEN_WITHIN = 10.0

SENT = Counter("usher_seat_messages", "Messages with seat counts of shared executions.")
TOO_SLOW = Counter("usher_slow_followers", "Sockets that were closed because they took nothing for long.")


class Socket(Protocol):
    """The WebSocket that the web server offers."""

    def post(self, frame: bytes) -> bool:
        """Send a whole frame; False, and nothing sent, while the peer has not taken what was sent before."""
        ...

    async def drained(self) -> None:
        """Wait until `post` sends again."""
        ...

    def cut_off(self, code: int, reason: str) -> None:
        """Close, also where the peer takes nothing."""
        ...


class TooSlowError(Exception):
    """The socket was closed, as it took nothing for long."""


class Subscriber:
    """A subscriber: the socket, the viewer, and the version that it has seen."""

    __slots__ = ("_forget", "_socket", "id", "leave", "seen", "task", "viewer")

    def __init__(
        self, socket: Socket, operation_id: str, viewer: Viewer, after: int | None, forget: Callable[[str], None]
    ) -> None:
        self._socket = socket
        self._forget = forget
        self.id = operation_id
        self.viewer = viewer
        self.seen = after
        # Runs while the subscriber catches up with the others.
        self.task: asyncio.Task[None] | None = None
        self.leave: Callable[[Subscriber], None] = lambda _: None

    def send(self, version: int, frame: bytes) -> bool:
        """Send the update to a version; False where that must wait."""
        if not self._socket.post(frame):
            return False
        self.seen = version
        SENT.inc()
        return True

    async def send_when_ready(self, version: int, result: bytes) -> None:
        """The same, as soon as the socket takes it. Raises TooSlowError once it was closed for taking nothing."""
        frame = next_frame(self.id, result)
        while not self.send(version, frame):
            try:
                async with asyncio.timeout(TAKEN_WITHIN):
                    await self._socket.drained()
            except TimeoutError as error:
                TOO_SLOW.inc()
                self.cut_off("What was sent is not read")
                raise TooSlowError from error

    def fail(self, error: Exception) -> None:
        """End the subscription with an error; one that passes takes the socket along, so that clients come back."""
        presented = presented_error(error)
        if is_temporary(presented):
            self.cut_off("Try again later")
            return
        self.stop()
        self._forget(self.id)
        result = orjson.dumps({"data": None, "errors": [presented.formatted]})
        if not (self._socket.post(next_frame(self.id, result)) and self._socket.post(complete_frame(self.id))):
            self.cut_off("Try again later")

    def cut_off(self, reason: str) -> None:
        """Close the socket in a way after which clients reconnect."""
        self.stop()
        self._socket.cut_off(TRY_AGAIN_LATER, reason)

    def stop(self) -> None:
        """End the subscription; nothing more is sent."""
        self.leave(self)
        if self.task is not None and self.task is not asyncio.current_task():
            self.task.cancel()
