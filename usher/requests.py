"""HTTP as uvicorn serves it, with a shorter way for answers that are there as a whole.

ASGI takes an answer in two messages, and uvicorn looks through every header field that any application might have
made up: an eighth of what a poll takes.
"""

import asyncio
from collections.abc import Iterable
from itertools import chain
from typing import Any, cast
from weakref import ref

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from api.answers import WHOLE, refusal
from api.heads import REMEMBERED, Remembered

# Bytes of a head that comes in parts, and seconds that it may take.
MOST_OF_HEAD = 64 * 1024
HEAD_WITHIN = 30.0


Fields = Iterable[tuple[bytes, bytes]]


class Whole:
    """Puts the answer to one request on its connection."""

    __slots__ = ("_cycle",)

    def __init__(self, cycle: RequestResponseCycle) -> None:
        # The request holds this, and would be held by it until somebody looks for garbage.
        self._cycle = ref(cycle)

    def __call__(self, status: int, fields: Fields, body: bytes) -> bool:
        """Answer; False, and nothing done, where there is more to it than to write."""
        cycle = self._cycle()
        if cycle is None or cycle.disconnected or cycle.flow.write_paused or not cycle.keep_alive:
            return False
        cycle.response_started = cycle.response_complete = True
        cycle.transport.write(_on_the_wire(status, chain(cycle.default_headers, fields), body))
        cycle.message_event.set()
        cycle.on_response()
        return True


class Connection(HttpToolsProtocol):
    """A connection whose requests can be answered as a whole, and which remembers the last head that came over it.

    A head that is too large, or does not come, ends it: uvicorn would wait for ever, and keep whatever comes.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Begin."""
        super().connection_made(transport)
        self._remembered = Remembered()
        self._come_of_head = 0
        self._late: asyncio.TimerHandle | None = None
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._end_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what has come."""
        super().data_received(data)
        if not self._is_head_open():
            if self._late is not None:
                self._end_waiting()
        elif self._late is None:
            self._wait_for_head()
        else:
            self._come_of_head += len(data)
            if self._come_of_head > MOST_OF_HEAD:
                self._refuse(431, f"The head of the request is too large: at most {MOST_OF_HEAD} bytes are allowed.")

    def on_headers_complete(self) -> None:
        """Have the application run, which begins after this."""
        before = self.cycle
        super().on_headers_complete()
        if self.cycle is not before:
            self.cycle.scope["extensions"] = cast("Any", {WHOLE: Whole(self.cycle), REMEMBERED: self._remembered})
            # The parser adds what comes after a body (RFC 9110, 6.5.1): not to the fields that say who asks.
            self.headers = []
            if cast("Any", self.parser).should_upgrade():
                # To what nobody speaks here. The parser takes no body then, and would take it for another request.
                self.cycle.keep_alive = False

    def _is_head_open(self) -> bool:
        """Whether a head has begun and not ended. A WebSocket is a connection of its own from then on."""
        is_read = self.cycle is not None and self.cycle.scope is self.scope
        return not is_read and self.scope is not None and self in self.connections

    def _wait_for_head(self) -> None:
        late = f"The head of the request did not come within {HEAD_WITHIN:.0f} seconds."
        self._late = self.loop.call_later(HEAD_WITHIN, self._refuse, 408, late)

    def _end_waiting(self) -> None:
        self._come_of_head = 0
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _refuse(self, status: int, reason: str) -> None:
        """Say why, unless another request waits for its answer, and close."""
        if self.cycle is None or self.cycle.response_complete:
            response = refusal(status, reason)
            self.transport.write(_on_the_wire(status, response.raw_headers, bytes(response.body)))
        self.transport.close()


def _on_the_wire(status: int, fields: Fields, body: bytes) -> bytes:
    head = b"".join([b"%b: %b\r\n" % field for field in fields])
    return b"%b%b\r\n%b" % (STATUS_LINE[status], head, body)
