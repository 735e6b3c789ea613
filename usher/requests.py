"""HTTP as uvicorn serves it, with a shorter way for answers that are there as a whole.

ASGI takes an answer in two messages, and uvicorn looks through every header field that any application might have
made up: an eighth of what a poll takes.
"""

import asyncio
from itertools import chain
from typing import Any, cast
from weakref import ref

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from api.answers import WHOLE
from api.heads import REMEMBERED, Remembered


class Whole:
    """Puts the answer to one request on its connection."""

    __slots__ = ("_cycle",)

    def __init__(self, cycle: RequestResponseCycle) -> None:
        # The request holds this, and would be held by it until somebody looks for garbage.
        self._cycle = ref(cycle)

    def __call__(self, status: int, fields: list[tuple[bytes, bytes]], body: bytes) -> bool:
        """Answer; False, and nothing done, where there is more to it than to write."""
        cycle = self._cycle()
        if cycle is None or cycle.disconnected or cycle.flow.write_paused or not cycle.keep_alive:
            return False
        head = b"".join([b"%b: %b\r\n" % field for field in chain(cycle.default_headers, fields)])
        cycle.response_started = cycle.response_complete = True
        cycle.transport.write(b"%b%b\r\n%b" % (STATUS_LINE[status], head, body))
        cycle.message_event.set()
        cycle.on_response()
        return True


class Connection(HttpToolsProtocol):
    """A connection whose requests can be answered as a whole, and which remembers the last head that came over it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Begin."""
        super().connection_made(transport)
        self._remembered = Remembered()

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
