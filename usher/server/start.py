"""Starting to serve: everything that can be wrong is looked at first."""

import asyncio
import gc
import os
import socket
import sys

import uvicorn

from usher.document_manifests import document_rules
from usher.logs import configure_logs
from usher.metrics import shared_metrics
from usher.server.assembly import check_database, start_database
from usher.server.connection_limits import raise_open_files
from usher.server.database_connections import log_connections
from usher.server.uvicorn_config import uvicorn_options
from usher.server.workers import Workers
from usher.settings import Settings, SettingsError, load_settings


def start(workers: int = 1, *, relay: bool = True) -> None:
    """Serve, in so many processes, with or without a relay beside it."""
    settings = load_settings()
    settings.require("secret_key", "smtp_url")
    document_rules(settings)
    require_free_port(settings)
    embedded = settings.database_url is None
    start_database(settings)
    connections = asyncio.run(_ready(settings, embedded=embedded))
    # Workers are processes of their own and read their settings from the environment.
    os.environ["USHER_DATABASE_URL"] = settings.database_url or ""
    os.environ["USHER_RELAY"] = str(relay and settings.relay)
    # For the parent of several workers, which tells when one has died.
    configure_logs()
    log_connections(settings, workers, connections)
    sys.stdout.write(f"Usher serves {settings.public_url}/graphql\n")
    sys.stdout.flush()
    app = "usher.server.uvicorn_config:app"
    options = uvicorn_options(settings) | {"factory": True, "workers": workers}
    raise_open_files(settings.max.sockets)
    with shared_metrics(workers):
        if workers == 1:
            uvicorn.run(app, **options)
        else:
            gc.enable()
            config = uvicorn.Config(app, **options)
            Workers(config, [config.bind_socket()]).run()


def require_free_port(settings: Settings) -> None:
    """Raise SettingsError when somebody else listens where we are to."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise SettingsError(
            f"Cannot listen on {settings.host}:{settings.port} ({error.strerror}). Set USHER_HOST or USHER_PORT."
        ) from None


async def _ready(settings: Settings, *, embedded: bool) -> int:
    """How many connections the database takes, once it is as it must be; one of our own is migrated."""
    if embedded:
        from usher.server.database_setup import set_up_database  # noqa: PLC0415 - a database of one's own is migrated before

        await set_up_database(settings)
    return await check_database(settings)
