"""websockets: what uvicorn's sockets are made of."""

import pytest
from websockets.exceptions import HeaderLineTooLong, RequestLineTooLong, TooManyHeaders
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol

from api.subscriptions.frames import text_frame
from tests.support.library_code import relied_on_by, require_names, require_parameters


@pytest.mark.parametrize(
    ("handshake", "problem"),
    [
        (b"GET /%b HTTP/1.1\r\n" % (b"a" * 10_000), RequestLineTooLong),
        (b"GET / HTTP/1.1\r\nName: %b\r\n" % (b"a" * 10_000), HeaderLineTooLong),
        (b"GET / HTTP/1.1\r\n%b\r\n" % (b"Name: value\r\n" * 200), TooManyHeaders),
    ],
)
def test_a_handshake_that_is_too_long_is_told_by_its_own_error(handshake: bytes, problem: type[Exception]) -> None:
    with relied_on_by("usher/server/websocket_protocol.py"):
        protocol = ServerProtocol()
        protocol.receive_data(handshake)
        assert type(protocol.handshake_exc) is problem
        # uvicorn looks at this one, and must find nothing.
        assert protocol.parser_exc is None


def test_a_connection_is_closed_by_its_protocol() -> None:
    with relied_on_by("usher/server/websocket_protocol.py"):
        require_names(ServerProtocol, "data_to_send", "handshake_exc", "send_close")
        require_parameters(ServerProtocol.send_close, "code", "reason")


def test_the_headers_of_a_handshake_can_be_let_go() -> None:
    with relied_on_by("usher/server/websocket_protocol.py"):
        protocol = ServerProtocol()
        protocol.receive_data(b"GET / HTTP/1.1\r\nName: value\r\n\r\n")
        [request] = protocol.events_received()
        assert isinstance(request, Request)
        request.headers.clear()
        assert list(request.headers) == []


@pytest.mark.parametrize("length", [0, 125, 126, 2**16 - 1, 2**16])
def test_a_frame_of_ours_is_one_of_the_librarys(length: int) -> None:
    with relied_on_by("api/subscriptions/frames.py"):
        payload = b"a" * length
        assert text_frame(payload) == Frame(Opcode.TEXT, payload).serialize(mask=False)
