"""HTTP as uvicorn serves it, with a shorter way for complete answers, and an end for what does not come.

ASGI takes an answer in two messages, and uvicorn looks through every header field that any application might have
made up: an eighth of what a poll takes.
"""

import asyncio
import socket
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any, cast
from weakref import ref

import httptools
from prometheus_client import Counter
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from api.http.responses import DIRECT_WRITE, refusal
from api.limits import DEFAULT_LIMITS
from models.access.anonymous_caller import Network
from usher.server.connection_limits import ConnectionLimits, TooManyConnections
from usher.server.response_bytes import raw_response_bytes, response_bytes
from usher.server.upgrades import TRAILERS, body_parser, has_body, request_parser

# Bytes of a head that comes in parts, and seconds that it, or the rest of an answered request, may take.
MOST_HEAD = 64 * 1024
HEAD_WITHIN = 30.0
# Seconds that a client may leave unread what was written to it.
READ_WITHIN = 20.0

LATE = Counter("usher_late_requests", "Connections that were closed because no whole request came in time.")


class DirectWriter:
    """Puts the answer to one request on its connection."""

    __slots__ = ("_cycle",)

    def __init__(self, cycle: RequestResponseCycle) -> None:
        # The request holds this, and would be held by it until somebody looks for garbage.
        self._cycle = ref(cycle)

    def __call__(self, status: int, fields: Iterable[tuple[bytes, bytes]], body: bytes) -> bool:
        """Answer; False, and nothing done, where there is more to it than to write."""
        cycle = self._cycle()
        if cycle is None or cycle.disconnected or cycle.flow.write_paused or not cycle.keep_alive:
            return False
        cycle.response_started = cycle.response_complete = True
        cycle.transport.write(raw_response_bytes(status, chain(cycle.default_headers, fields), body))
        cycle.message_event.set()
        cycle.on_response()
        return True


def cut_off_when_unread(transport: asyncio.BaseTransport) -> None:
    """Have the system end a connection whose client takes nothing for `READ_WITHIN` (RFC 5482; on Linux).

    To close it would wait until the client has read the rest.
    """
    connection = transport.get_extra_info("socket")
    if connection is not None and hasattr(socket, "TCP_USER_TIMEOUT"):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(READ_WITHIN * 1000))


class BadHeadError(Exception):
    """The head of a request breaks a rule of HTTP that the parser does not hold."""

    def __init__(self, status: int, reason: str) -> None:
        self.status = status
        super().__init__(reason)


class HttpProtocol(HttpToolsProtocol):
    """A connection whose requests can be answered at once, and which remembers the last head that came over it.

    The server waits for a head from the connection's begin, and after an answer from the first byte on; also for the
    rest of a request that was answered before it had come. A head ends this wait, and no other byte does; after
    `HEAD_WITHIN` the connection is closed. One that is idle after an answer is closed by uvicorn's timer, one whose
    client reads nothing by the system.
    """

    limits = ConnectionLimits(DEFAULT_LIMITS, ["127.0.0.1"])

    def __init__(self, *args: Any, limits: ConnectionLimits | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._limits = limits or self.limits
        self._head_bytes = 0
        self._timeout: asyncio.TimerHandle | None = None
        self._networks: Sequence[Network] | None = None
        self._checked_headers: list[tuple[bytes, bytes]] = []
        self._body_is_upgrade = False
        self._bad_head: BadHeadError | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Count the connection, and wait for a request."""
        others = len(self.connections)
        super().connection_made(transport)
        cut_off_when_unread(transport)
        self._start_timeout()
        try:
            self._networks = self._limits.admit(self.client[0] if self.client else "", others)
        except TooManyConnections as error:
            self._refuse(429, str(error), code="LIMIT_EXCEEDED")

    def connection_lost(self, exc: Exception | None) -> None:
        """Count the connection no more."""
        self._release()
        self._cancel_timeout()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what has come, and see whether the server waits for more of it."""
        if self.transport.is_closing():
            return
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as end:
            self._end_parsing(data, end)
        if self.cycle is not None and not self.cycle.response_complete:
            return
        # A WebSocket is a connection of its own from then on.
        if self.transport.is_closing() or self not in self.connections:
            return
        if self._timeout is None:
            self._start_timeout()
        elif self._is_in_head():
            self._head_bytes += len(data)
            if self._head_bytes > MOST_HEAD:
                self._refuse(431, f"The head of the request is too large: at most {MOST_HEAD} bytes are allowed.")

    def _end_parsing(self, data: bytes, end: httptools.HttpParserError | httptools.HttpParserUpgrade) -> None:
        """Refuse what is no request; go on behind a head that asks for another protocol."""
        while isinstance(end, httptools.HttpParserUpgrade) and not self._should_upgrade():
            self._ignore_upgrade()
            data = data[end.args[0] :]
            try:
                self.parser.feed_data(data)
            except (httptools.HttpParserError, httptools.HttpParserUpgrade) as later:
                end = later
            else:
                return
        if isinstance(end, httptools.HttpParserUpgrade):
            self.handle_websocket_upgrade()
        else:
            bad = self._bad_head or BadHeadError(400, "This is no HTTP request.")
            self._refuse(bad.status, str(bad))

    def on_headers_complete(self) -> None:
        """Have the application run, which begins after this. Raises BadHeadError."""
        headers = self.headers
        if headers == self._checked_headers and self.parser.get_http_version() == "1.1":
            # The same list object, so that later comparisons are by identity.
            self.scope["headers"] = headers = self._checked_headers
        else:
            self._check_headers()
        before = self.cycle
        super().on_headers_complete()
        if self.cycle is not before:
            if self._timeout is not None:
                self._cancel_timeout()
            self.cycle.scope["extensions"] = cast("Any", {DIRECT_WRITE: DirectWriter(self.cycle)})
            if cast("Any", self.parser).should_upgrade():
                self._body_is_upgrade = has_body(self.headers)
                if self.scope["method"] == "CONNECT":
                    self.cycle.keep_alive = False
            # The parser adds what comes after a body (RFC 9110, 6.5.1): not to the fields that say who asks.
            self._checked_headers, self.headers = headers, TRAILERS

    def on_message_complete(self) -> None:
        """Have the application see the end of the body; one that came with an upgrade has yet to be read."""
        if not self._body_is_upgrade:
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """Go on with the next request; wait for it as long as for the rest of this one, where that has not come."""
        super().on_response_complete()
        if self._timeout is None and self.cycle.response_complete and (self.cycle.more_body or self._is_in_head()):
            self._unset_keepalive_if_required()
            if not self.transport.is_closing():
                self._start_timeout()

    def handle_websocket_upgrade(self) -> None:
        """Have a WebSocket take the connection over."""
        if has_body(self.scope["headers"]):
            self._refuse(400, "The handshake of a WebSocket has no body.")
            return
        if self.cycle is not None and not self.cycle.response_complete:
            # Its answer would be written between the frames, and nothing would end it.
            self.transport.close()
            return
        self._release()
        self._cancel_timeout()
        super().handle_websocket_upgrade()

    def _check_headers(self) -> None:
        """Raise BadHeadError where fields say in two ways, or in none, whom and how long a request is for."""
        version = self.parser.get_http_version()
        names = [name for name, _ in self.headers]
        hosts = names.count(b"host")
        codings = (
            [value.lower() for name, value in self.headers if name == b"transfer-encoding"]
            if b"transfer-encoding" in names
            else []
        )
        if hosts > 1 or (hosts == 0 and version == "1.1"):
            self._bad_head = BadHeadError(400, "A request has one Host field (RFC 9112, section 3.2).")
        elif codings and version != "1.1":
            self._bad_head = BadHeadError(400, "HTTP/1.0 has no Transfer-Encoding (RFC 9112, section 6.1).")
        elif codings and codings != [b"chunked"]:
            self._bad_head = BadHeadError(501, "No Transfer-Encoding but chunked is read here.")
        if self._bad_head:
            raise self._bad_head

    def _ignore_upgrade(self) -> None:
        """Have what follows a head be parsed, which the parser of the head does not."""
        if self._body_is_upgrade:
            self.parser = body_parser(self, self.scope["headers"])
        else:
            self.parser = request_parser(self)
        self._body_is_upgrade = False

    def _start_timeout(self) -> None:
        self._head_bytes = 0
        self._timeout = self.loop.call_later(HEAD_WITHIN, self._time_out)

    def _cancel_timeout(self) -> None:
        if self._timeout is not None:
            self._timeout.cancel()
            self._timeout = None

    def _time_out(self) -> None:
        self._timeout = None
        if not self.transport.is_closing():
            LATE.inc()
            self._refuse(408, f"The request did not come within {HEAD_WITHIN:.0f} seconds.")

    def _is_in_head(self) -> bool:
        """Whether a head has begun and not ended."""
        return self.scope is not None and (self.cycle is None or self.cycle.scope is not self.scope)

    def _release(self) -> None:
        if self._networks is not None:
            self._limits.release(self._networks)
            self._networks = None

    def _refuse(self, status: int, reason: str, *, code: str | None = None) -> None:
        """Say why, unless another request waits for its answer, and close."""
        if self.cycle is None or self.cycle.response_complete:
            self.transport.write(response_bytes(refusal(status, reason, code=code, closes=True)))
        self.transport.close()
