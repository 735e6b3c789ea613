"""Serving the schema with Starlette and uvicorn."""

import hashlib
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from tortoise import Tortoise
from tortoise.timezone import now

from benchmarks.usual_strawberry import rows
from benchmarks.usual_strawberry.schema import make_loaders, schema
from models.database.database_url import DatabaseUrl


class Endpoint(GraphQL[dict[str, Any], None]):
    """Strawberry's own, with who asks in the context, read when somebody wants to know it."""

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> dict[str, Any]:  # noqa: ARG002
        """The context of a request or of a socket."""
        context: dict[str, Any] = make_loaders()
        header = request.headers.get("authorization", "")
        context["viewer"] = _once(lambda: _viewer(header or _told(context)))
        return context


def _told(context: dict[str, Any]) -> str:
    return (context.get("connection_params") or {}).get("Authorization", "")


def _once(read: Callable[[], Awaitable[Any]]) -> Callable[[], Awaitable[Any]]:
    known: list[Any] = []

    async def again() -> Any:
        if not known:
            known.append(await read())
        return known[0]

    return again


async def _viewer(header: str) -> rows.User | None:
    digest = hashlib.sha256(header.removeprefix("Bearer ").encode()).digest()
    session = await rows.Session.get_or_none(hash=digest, revoked_at=None, expires_at__gt=now()).select_related(
        "user__account"
    )
    return session and session.user


def configuration(url: str) -> dict[str, Any]:
    """Tortoise's configuration."""
    parsed = DatabaseUrl.parse(url)
    host, port = parsed.hosts[0]
    where = {"host": host, "port": port, "user": parsed.user, "password": parsed.password}
    connection = where | {"database": parsed.database, "minsize": 1, "maxsize": 16}
    return {
        "connections": {"default": {"engine": "tortoise.backends.asyncpg", "credentials": connection}},
        "apps": {"usual": {"models": ["benchmarks.usual_strawberry.rows"]}},
        "use_tz": True,
    }


@cache
def make_app(database_url: str) -> Starlette:
    """The application."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await Tortoise.init(config=configuration(database_url), _enable_global_fallback=True)
        yield
        await Tortoise.close_connections()

    endpoint = Endpoint(schema, subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL])
    return Starlette(
        routes=[Route("/graphql", endpoint), WebSocketRoute("/graphql", endpoint)],
        lifespan=lifespan,
    )


if __name__ == "__main__":
    uvicorn.run(
        make_app(os.environ["DATABASE_URL"]),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        log_level="warning",
        access_log=False,
    )
