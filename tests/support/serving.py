"""A web server with services of a test's own, beside the one that all tests share."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from socket import socket

import uvicorn

from api.app import make_app
from api.auth.csrf import Origins
from api.documents.policy import DEFAULT_RULES, DocumentRules
from api.limits import DEFAULT_LIMITS, Limits
from api.pages.portal import Portal
from api.schema.context import Services
from models.events.seat_feed import Feed
from models.rules.payment_provider import PaymentProvider
from tests.support.client import Client
from usher.server.connection_limits import ConnectionLimits
from usher.server.http_protocol import HttpProtocol
from usher.server.uvicorn_config import UVICORN


@asynccontextmanager
async def serving(
    provider: PaymentProvider,
    feed: Feed,
    token: str,
    limits: Limits = DEFAULT_LIMITS,
    documents: DocumentRules = DEFAULT_RULES,
    *,
    get_queries: bool = False,
    origins: Sequence[str] = (),
    portal: Portal | None = None,
) -> AsyncIterator[Client]:
    """A client, signed in when it has a token, of a server with this provider, these limits and these rules."""
    services = Services(
        feed=feed,
        provider=provider,
        origins=Origins("http://usher.example.com", frozenset(origins)),
        limits=limits,
        documents=documents,
        get_queries=get_queries,
    )
    app = make_app(services, explorer=Path("explorer"), portal=portal)
    http = partial(HttpProtocol, limits=ConnectionLimits(limits, ["127.0.0.1"]))
    server = _Server(uvicorn.Config(app, port=0, lifespan="off", **UVICORN | {"http": http}))
    running = asyncio.create_task(server.serve())
    await server.up.wait()
    async with Client(f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", token) as client:
        yield client
    server.should_exit = True
    await running


class _Server(uvicorn.Server):
    """A server that tells when it can be called."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        self.up.set()
