"""WebSockets as uvicorn serves them, with what it takes to tell many of them something without waiting for any."""

import asyncio
from typing import Any

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import HeaderLineTooLong, RequestLineTooLong, TooManyHeaders
from websockets.http11 import Request

from api.http.responses import refusal
from api.subscriptions.subscriber import SOCKET
from usher.server.response_bytes import response_bytes


class WriteGate:
    """An asyncio.Event of which one task waits: a tenth of the memory, where there is one for each socket."""

    __slots__ = ("_open", "_waiting")

    def __init__(self) -> None:
        self._open = True
        self._waiting: list[asyncio.Future[None]] = []

    def is_set(self) -> bool:
        """Whether nobody has to wait."""
        return self._open

    def clear(self) -> None:
        """Have everybody wait."""
        self._open = False

    def set(self) -> None:
        """Let everybody go on."""
        self._open = True
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)
        self._waiting.clear()

    async def wait(self) -> None:
        """Wait until it is set."""
        while not self._open:
            self._waiting.append(asyncio.get_running_loop().create_future())
            await self._waiting[-1]


class MessageQueue:
    """An asyncio.Queue without bounds, in little memory."""

    __slots__ = ("_gate", "_messages")

    def __init__(self) -> None:
        self._messages: list[Any] = []
        self._gate = WriteGate()

    def empty(self) -> bool:
        """Whether there is none."""
        return not self._messages

    def put_nowait(self, message: Any) -> None:
        """Add one."""
        self._messages.append(message)
        self._gate.set()

    async def get(self) -> Any:
        """Take the first, as soon as there is one."""
        while not self._messages:
            self._gate.clear()
            await self._gate.wait()
        return self._messages.pop(0)


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """A WebSocket that stands in its own scope's extensions, for frames to be put on it directly."""

    cut = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Five queues of asyncio take four KiB of each socket.
        self.queue: Any = MessageQueue()
        self.writable: Any = WriteGate()

    def handle_connect(self, event: Request) -> None:
        """Offer itself to the application, before that runs."""
        super().handle_connect(event)
        if scope := getattr(self, "scope", None):
            scope["extensions"][SOCKET] = self

    def data_received(self, data: bytes) -> None:
        """Read frames; a handshake that cannot be read is refused, and its connection closed."""
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.handshake_initiated:
            self._refuse_handshake(self.conn.handshake_exc)

    def _refuse_handshake(self, problem: Exception) -> None:
        self.handshake_initiated = self.handshake_complete = self.close_sent = True
        status = _REFUSAL_STATUS.get(type(problem), 400)
        reason = f"The handshake cannot be read: {problem}."
        self.transport.write(response_bytes(refusal(status, reason, closes=True)))
        self.transport.close()

    def send_receive_event_to_app(self) -> None:
        """Hand a message on; one of text that is not UTF-8 closes the socket (RFC 6455, section 8.1)."""
        if self.curr_msg_data_type == "text" and not self.close_sent and not _is_utf8(self.frames):
            self.frames = []
            self.conn.send_close(1007)
            self.handle_parser_exception()
            return
        super().send_receive_event_to_app()

    def handle_parser_exception(self) -> None:
        """Close; the application may be about to send something, or to close by itself."""
        self.cut = True
        super().handle_parser_exception()

    def post(self, frame: bytes) -> bool:
        """Send a whole frame; False, and nothing sent, while the peer has not taken what was sent before."""
        if not self.writable.is_set():
            return False
        if not (self.close_sent or self.transport.is_closing()):
            self.transport.write(frame)
        return True

    async def drained(self) -> None:
        """Wait until `post` sends again."""
        await self.writable.wait()

    def cut_off(self, code: int, reason: str) -> None:
        """Close, also where the peer takes nothing: it may still read why, and for no longer than it may close."""
        if self.close_sent or self.disconnected or self.transport.is_closing():
            return
        self.cut = self.close_sent = True
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(self.close_timeout, self.transport.abort)

    async def send(self, message: Any) -> None:
        """Send as always; what the application did not know to be closed is as good as gone."""
        await self.writable.wait()
        if self.cut:
            raise ClientDisconnected
        await super().send(message)
        if message["type"] == "websocket.accept":
            # The handshake is done, and its headers stand in the scope; the parser keeps the request.
            for done in (self.request, self.response):
                done.headers.clear()
            self.request: Any = None
            self.response: Any = None


_REFUSAL_STATUS: dict[type[Exception], int] = {RequestLineTooLong: 414, HeaderLineTooLong: 431, TooManyHeaders: 431}


def _is_utf8(parts: list[bytes]) -> bool:
    try:
        b"".join(parts).decode()
    except UnicodeDecodeError:
        return False
    return True
