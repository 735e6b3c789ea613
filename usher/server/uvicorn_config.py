"""How uvicorn is run: one place for `usher serve`, its workers, and the demo."""

import gc
from functools import partial
from ipaddress import ip_network
from typing import Any

from starlette.applications import Starlette

import models  # noqa: F401 - before usher's own: it says how some libraries are imported
from usher.logs import configure_logs
from usher.server.assembly import build_app
from usher.server.connection_limits import ConnectionLimits
from usher.server.http_protocol import HttpProtocol
from usher.server.websocket_protocol import WebSocketProtocol
from usher.settings import Settings, read_settings

UVICORN: dict[str, Any] = {
    "loop": "uvloop",
    "http": HttpProtocol,
    "ws": WebSocketProtocol,
    "ws_max_size": 256 * 1024,
    "ws_per_message_deflate": False,
    "ws_ping_interval": 20,
    "ws_ping_timeout": 20,
    # The relay stops after the requests: see RELAY_STOPS_WITHIN.
    "timeout_graceful_shutdown": 5,
    # A worker answers its parent once it has imported everything: in five seconds, not on a busy machine.
    "timeout_worker_healthcheck": 30,
    "log_config": None,
    # Addresses hold the tokens of mailed links, and a log must not.
    "access_log": False,
    "server_header": False,
}


def uvicorn_options(settings: Settings) -> dict[str, Any]:
    """How uvicorn serves an installation."""
    proxies = _as_connected(settings.trusted_proxies)
    return UVICORN | {
        "http": partial(HttpProtocol, limits=ConnectionLimits(settings.max, proxies)),
        "host": settings.host,
        "port": settings.port,
        "timeout_keep_alive": settings.keep_alive_seconds,
        "forwarded_allow_ips": proxies,
    }


def _as_connected(proxies: str) -> list[str]:
    """The networks of proxies; those of IPv4 also as a socket of both families names them, e.g. ::ffff:10.0.0.1."""
    networks = [ip_network(proxy.strip()) for proxy in proxies.split(",")]
    mapped = [f"::ffff:{each.network_address}/{each.prefixlen + 96}" for each in networks if each.version == 4]
    return [*map(str, networks), *mapped]


def app() -> Starlette:
    """The application of one worker, which knows its settings from the environment alone."""
    configure_logs()
    built = build_app(read_settings())
    # The objects of the start live as long as the process: the garbage collector can skip them.
    gc.freeze()
    # An answer makes thousands of objects that end with it: to look every 700 of them finds nothing.
    gc.set_threshold(20_000)
    gc.enable()
    return built
