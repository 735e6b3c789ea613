"""uvicorn: connections that answer by themselves, sockets with their own queues, workers that let go of the port."""

import httptools
from uvicorn import Server
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.supervisors import Multiprocess

from tests.support.library_code import names_used_of, relied_on_by, require_code, require_names, require_parameters
from usher.server.websocket_protocol import MessageQueue, WriteGate


def test_a_connection_answers_by_itself() -> None:
    with relied_on_by("usher/server/http_protocol.py"):
        require_names(
            RequestResponseCycle,
            *("scope", "transport", "flow", "default_headers", "message_event", "on_response"),
            *("disconnected", "keep_alive", "more_body", "response_started", "response_complete"),
        )
        require_names(FlowControl, "write_paused")
        require_names(
            HttpToolsProtocol,
            *("client", "connections", "cycle", "headers", "loop", "parser", "scope", "transport"),
            *("_should_upgrade", "_unset_keepalive_if_required"),
        )
        require_code(RequestResponseCycle, "e67d470d435d")
        require_code(HttpToolsProtocol, "18fdf324b11b")


def test_a_response_begins_with_a_status_line() -> None:
    with relied_on_by("usher/server/response_bytes.py"):
        assert STATUS_LINE[200] == b"HTTP/1.1 200 OK\r\n"
        assert STATUS_LINE[431] == b"HTTP/1.1 431 Request Header Fields Too Large\r\n"


def test_a_parser_is_made_as_uvicorn_makes_it() -> None:
    with relied_on_by("usher/server/upgrades.py"):
        require_code(HttpToolsProtocol.__init__, "264f2f067596")
        parser = httptools.HttpRequestParser(object())
        parser.set_dangerous_leniencies(lenient_data_after_close=True)


def test_a_socket_has_its_own_queue_and_gate() -> None:
    with relied_on_by("usher/server/websocket_protocol.py"):
        require_names(
            WebSocketsSansIOProtocol,
            *("close_sent", "close_timeout", "close_timer", "conn", "curr_msg_data_type", "disconnected", "frames"),
            *("handshake_complete", "handshake_initiated", "loop", "queue", "read_paused", "request", "response"),
            *("scope", "transport", "writable"),
        )
        assert names_used_of(WebSocketsSansIOProtocol, "queue") <= set(dir(MessageQueue))
        assert names_used_of(WebSocketsSansIOProtocol, "writable") <= set(dir(WriteGate))
        require_code(WebSocketsSansIOProtocol, "0bbcec989384")


def test_a_refused_handshake_is_received_to_its_end() -> None:
    with relied_on_by("api/subscriptions/view.py"):
        require_code(WebSocketsSansIOProtocol.run_asgi, "632f86c7cd77")


def test_the_parent_of_workers_has_the_port() -> None:
    with relied_on_by("usher/server/workers.py", "usher/server/start.py"):
        require_parameters(Multiprocess, "config", "sockets")
        require_names(Multiprocess, "sockets", "terminate_all")
        require_code(Multiprocess, "ea4650ac0ee7")


def test_signals_are_handled_before_the_application_starts() -> None:
    with relied_on_by("usher/server/shutdown.py"):
        require_code(Server.serve, "20557f5f925b")
        require_code(Server.capture_signals, "85d29b580603")
        require_code(Server.handle_exit, "b31a1f236465")


def test_a_server_says_when_it_has_started() -> None:
    with relied_on_by("usher/commands/demo.py"):
        require_names(Server, "started")
