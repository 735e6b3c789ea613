"""One serving process: database, live feed, relay and web application put together."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import structlog
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from api.app import make_app
from api.auth.csrf import Origins
from api.pages.portal import Portal, PortalLink
from api.schema.context import Services
from jobs.check_domains import DomainChecker
from jobs.relay import Relay
from jobs.send_mail import MailSender
from mailers.config import MailConfig
from mailers.transport import SmtpServer
from models.database.background import background_task
from models.database.connecting import connect_to_database
from models.database.connection import ANSWER_WITHIN, connect, disconnect
from models.database.database_url import DatabaseUrl
from models.database.pending_migrations import check_schema
from models.database.prepared_statements import require_kept_statements
from models.database.session_limits import require_limits
from models.database.silent_hosts import leave_silent_hosts
from models.events.notify import PostgresNotifier
from models.events.seat_feed import Feed
from models.rules.retention import Retention
from payments import make_provider
from usher.demo_packages import require_demo_packages
from usher.document_manifests import PORTAL, document_rules
from usher.embedded_postgres import start_postgres
from usher.metrics import forget_dead_processes
from usher.server.shutdown import set_on_shutdown_signal
from usher.server.workers import ends_with_parent
from usher.settings import Settings

EXPLORER = Path(__file__).parent.parent.parent / "explorer" / "dist"
# With the time that uvicorn gives to requests, in usher/server/uvicorn_config.py, less than ten seconds, also on a
# slow machine.
RELAY_STOPS_WITHIN = 2.0

log = structlog.get_logger(__name__)


def build_app(settings: Settings, *, pages: Sequence[BaseRoute] = (), links: Sequence[PortalLink] = ()) -> Starlette:
    """The web application of a process; its lifespan opens and closes everything else."""
    services = Services(
        feed=Feed(),
        provider=make_provider(settings.payments),
        origins=Origins(settings.public_url, frozenset(settings.cors_origins)),
        limits=settings.max,
        documents=document_rules(settings),
        get_queries=settings.get_queries,
    )
    return make_app(
        services,
        explorer=EXPLORER if settings.explorer else None,
        portal=_portal(settings, links) if settings.portal else None,
        pages=pages,
        metrics_token=settings.metrics_token.value if settings.metrics_token else None,
        lifespan=_lifespan(settings, services),
    )


def _portal(settings: Settings, links: Sequence[PortalLink]) -> Portal:
    explorer = [PortalLink("explorer", "/graphiql")] if settings.explorer else []
    return Portal(PORTAL, settings.install_url, settings.payments, [*explorer, *links])


def build_relay(settings: Settings) -> Relay:
    """The relay of a process. Needs the SMTP URL and the secret key."""
    return Relay(
        MailSender(_smtp_server(settings), mail_config(settings), settings.smtp_connections),
        make_provider(settings.payments),
        retention(settings),
    )


def retention(settings: Settings) -> Retention:
    """How long the relay keeps rows that have done their work."""
    return Retention(
        credentials=timedelta(days=settings.keep_credentials_days),
        idempotency_keys=timedelta(days=settings.keep_idempotency_keys_days),
        deliveries=timedelta(days=settings.keep_deliveries_days),
        sign_in_requests=timedelta(days=settings.keep_sign_in_requests_days),
    )


def mail_config(settings: Settings) -> MailConfig:
    """The settings that mails need."""
    settings.require("secret_key")
    return MailConfig(
        mail_from=settings.mail_from,
        public_url=settings.public_url,
        install_url=settings.install_url,
        secret_key=settings.secret_key.value if settings.secret_key else "",
    )


def start_database(settings: Settings) -> None:
    """Start the embedded PostgreSQL where no database is named, and name it. Raises SettingsError without it."""
    if settings.database_url is None:
        require_demo_packages("USHER_DATABASE_URL is missing, and the embedded PostgreSQL is not installed.")
        settings.database_url = start_postgres(settings.data_folder)


async def check_database(settings: Settings) -> int:
    """Check once, before there are workers, that the database is as it must be; returns its max_connections.

    Raises DatabaseNotReady.
    """
    url = DatabaseUrl.parse(settings.database_url or "")
    connection = await connect_to_database(url)
    try:
        await require_kept_statements(connection, url)
        await check_schema(connection)
        await require_limits(connection, url)
        return int(await connection.fetchval("SELECT current_setting('max_connections')") or 0)
    finally:
        await connection.close()


@asynccontextmanager
async def database(settings: Settings, *, answer_within: float | None = ANSWER_WITHIN) -> AsyncIterator[None]:
    """The connection pool, while the block runs."""
    url = settings.database_url or ""
    await connect(url, pool_size=settings.database_pool, answer_within=answer_within)
    try:
        yield
    finally:
        await disconnect()


def postgres_notifier(settings: Settings) -> AbstractAsyncContextManager[None]:
    """The connection to the other processes on the same database, while the block runs."""
    return PostgresNotifier(settings.direct_url).running()


def leaving_silent_hosts(settings: Settings) -> AbstractAsyncContextManager[None]:
    """Have no call wait for a host of the database that another one has replaced, while the block runs."""
    return background_task(leave_silent_hosts(settings.database_url or ""))


@asynccontextmanager
async def relaying(relay: Relay) -> AsyncIterator[None]:
    """Run a relay, and the look at claimed domains, beside the block; it ends within seconds of it."""
    stop = asyncio.Event()
    running = asyncio.create_task(relay.run(stop))
    try:
        async with background_task(DomainChecker().run()):
            yield
    finally:
        stop.set()
        try:
            await asyncio.wait_for(running, RELAY_STOPS_WITHIN)
        except TimeoutError:
            log.warning("relay.cut_off", after_seconds=RELAY_STOPS_WITHIN)


def _lifespan(settings: Settings, services: Services) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.enter_context(ends_with_parent())
            stack.enter_context(set_on_shutdown_signal(services.shutdown))
            forget_dead_processes()
            await stack.enter_async_context(database(settings))
            await stack.enter_async_context(leaving_silent_hosts(settings))
            await stack.enter_async_context(postgres_notifier(settings))
            await stack.enter_async_context(services.feed.running())
            await stack.enter_async_context(services.budgets.running())
            if settings.relay:
                await stack.enter_async_context(relaying(build_relay(settings)))
            yield

    return lifespan


def _smtp_server(settings: Settings) -> SmtpServer:
    settings.require("smtp_url")
    return SmtpServer.from_url(settings.smtp_url.value if settings.smtp_url else "")
