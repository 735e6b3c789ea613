"""usher relay."""

import asyncio
import signal

import uvloop

from usher.commands.console import console
from usher.logs import configure_logs
from usher.server.assembly import (
    build_relay,
    check_database,
    database,
    leaving_silent_hosts,
    postgres_notifier,
    relaying,
    start_database,
)
from usher.server.database_connections import log_connections
from usher.settings import Settings, load_settings


def relay() -> None:
    """Send mails and finish payments, without serving.

    Any number may run, beside any number of `usher serve`: each notice is sent by one of them. Needs
    USHER_SECRET_KEY and USHER_SMTP_URL.
    """
    settings = load_settings()
    settings.require("secret_key", "smtp_url")
    start_database(settings)
    configure_logs()
    log_connections(settings, 1, asyncio.run(check_database(settings)))
    console.print("Usher relays. Stop with Ctrl-C.")
    uvloop.run(_relay(settings))


async def _relay(settings: Settings) -> None:
    stop = asyncio.Event()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signal_number, stop.set)
    async with (
        database(settings),
        leaving_silent_hosts(settings),
        postgres_notifier(settings),
        relaying(build_relay(settings)),
    ):
        await stop.wait()
