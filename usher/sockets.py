"""WebSockets as uvicorn serves them, with what it takes to tell many of them something without waiting for any."""

from typing import Any

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from api.follower import SOCKET


class Socket(WebSocketsSansIOProtocol):
    """A WebSocket that stands in its own scope's extensions, for frames to be put on it directly."""

    cut = False

    def handle_connect(self, event: Request) -> None:
        """Offer itself to the application, before that runs."""
        super().handle_connect(event)
        if scope := getattr(self, "scope", None):
            scope["extensions"][SOCKET] = self

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
