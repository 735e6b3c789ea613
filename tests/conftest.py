"""Fixtures: a real PostgreSQL with a migrated database per worker, a real web server, a real mail server."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
import uvicorn

from api.app import make_app
from api.auth.csrf import Origins
from api.limits import Limits
from api.pages.portal import Portal
from api.schema.context import Services
from jobs.relay import Relay
from jobs.send_mail import MailSender
from mailers.config import MailConfig
from mailers.transport import SmtpServer
from models.database.connection import connect, disconnect, fetch
from models.events.seat_feed import Feed
from models.migrating.migrate import migrate
from models.rules.catalogue import load_shipped_catalogue
from payments import make_provider
from tests.support.client import Client
from tests.support.company import Company, make_company
from tests.support.resolved import refuse_plans
from usher.embedded_postgres import start_postgres
from usher.mailbox.server import Mailbox
from usher.server.uvicorn_config import UVICORN

__all__ = ["refuse_plans"]

ROOT = Path(__file__).parent.parent
SECRET_KEY = "a secret key of the tests, long enough"
PUBLIC_URL = "http://usher.example.com"
INSTALL_URL = "https://install.example.com/start"
METRICS_TOKEN = "a-token-of-the-tests"
ORIGINS = Origins(PUBLIC_URL, frozenset({"https://app.example.com"}))
# The name of the session's cookie.
COOKIE = "usher_session_80"
# All tests call from one address, and many for one account. Those that are about budgets have servers of their own.
LIMITS = Limits(anonymous_cost_per_minute=10**8, account_cost_per_minute=10**8)


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """A server to make databases on: the one USHER_TEST_DATABASE_URL names, else the embedded one."""
    if named := os.environ.get("USHER_TEST_DATABASE_URL"):
        return named
    url = start_postgres(ROOT / ".usher" / "test")
    asyncio.run(_trade_safety_for_speed(url))
    return url


@pytest.fixture(scope="session")
def database_url(postgres_url: str, worker: str) -> str:
    """A migrated database of this worker's own, made from nothing."""
    name = f"usher_test_{worker}"
    asyncio.run(_make_database(postgres_url, name))
    base, _, query = postgres_url.partition("?")
    url = f"{base.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")
    asyncio.run(migrate(url))
    return url


@pytest.fixture(scope="session")
def worker() -> str:
    """The name of this test process."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
async def pool(database_url: str) -> AsyncIterator[None]:
    """The connection pool of the test process."""
    await connect(database_url)
    yield
    await disconnect()


@pytest.fixture
async def db(pool: None) -> None:
    """An empty database with the shipped catalogue."""
    tables = await fetch(
        "SELECT string_agg(format('%I', tablename), ', ') AS names FROM pg_tables"
        " WHERE schemaname = 'public' AND tablename !~ 'migration'"
        " AND tablename NOT IN ('packages', 'catalogue_version')"
    )
    await fetch(f"TRUNCATE {tables[0]['names']} RESTART IDENTITY CASCADE")
    await fetch("SELECT setval('purchase_number', 1, false)")
    await load_shipped_catalogue()


@pytest.fixture
async def company(db: None) -> Company:
    """An account with an administrator, an approved domain and three users; no seats yet."""
    return await make_company("example.com")


@pytest.fixture
async def other_company(db: None) -> Company:
    """Another account, to be kept out of."""
    return await make_company("example.org")


@pytest.fixture(scope="session")
async def feed(pool: None) -> AsyncIterator[Feed]:
    """The live feed of the test process."""
    running = Feed()
    async with running.running():
        yield running


@pytest.fixture(scope="session")
async def server_url(pool: None, feed: Feed) -> AsyncIterator[str]:
    """The address of a real web server on this process's database."""
    services = Services(
        feed=feed,
        provider=make_provider("sandbox"),
        origins=ORIGINS,
        limits=LIMITS,
    )
    app = make_app(
        services,
        explorer=ROOT / "explorer" / "dist",
        portal=Portal(ROOT / "portal" / "dist", INSTALL_URL, "sandbox"),
        metrics_token=METRICS_TOKEN,
    )
    config = uvicorn.Config(app, host="127.0.0.1", port=0, lifespan="off", **UVICORN)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells by this flag alone
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await serving


@pytest.fixture
async def client(server_url: str, db: None) -> AsyncIterator[Client]:
    """Nobody: a GraphQL client that has not signed in."""
    async with Client(server_url) as nobody:
        yield nobody


@pytest.fixture
async def mailbox(tmp_path: Path) -> AsyncIterator[Mailbox]:
    """A real SMTP server that keeps what it gets."""
    box = Mailbox(tmp_path / "mailbox")
    await box.start()
    yield box
    await box.stop()


@pytest.fixture
def mail_config() -> MailConfig:
    """The settings that mails need."""
    return MailConfig(
        mail_from="Usher <usher@usher.example.com>",
        public_url=PUBLIC_URL,
        install_url=INSTALL_URL,
        secret_key=SECRET_KEY,
    )


@pytest.fixture
def relay(mailbox: Mailbox, mail_config: MailConfig, db: None) -> Relay:
    """A relay that sends to the mailbox; tests run its rounds themselves."""
    server = SmtpServer.from_url(f"smtp://127.0.0.1:{mailbox.port}?starttls=never")
    return Relay(MailSender(server, mail_config), make_provider("sandbox"))


async def _trade_safety_for_speed(server: str) -> None:
    connection = await asyncpg.connect(server)
    try:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            await connection.execute(f"ALTER SYSTEM SET {setting} = off")
        await connection.execute("SELECT pg_reload_conf()")
    finally:
        await connection.close()


async def _make_database(server: str, name: str) -> None:
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await connection.execute(f'CREATE DATABASE "{name}"')
    finally:
        await connection.close()
