"""/healthz, /readyz and /metrics."""

import asyncio
import hmac
import os
from collections.abc import Coroutine
from dataclasses import asdict
from typing import Any, TypeVar

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Gauge, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.auth.credentials import bearer
from models.database.clock import now
from models.database.connection import takes_changes
from models.events.backlog import Backlog, read_backlog

READY_WITHIN = 2.0

BACKLOG = {
    "mail_waiting": "Notices that are written and not sent; 10 000 stands for that many or more.",
    "mail_retrying": "Those of them that failed before.",
    "mail_oldest_seconds": "How long the oldest of them waits.",
    "mail_unrelayed": "Events and wishes for links that no relay has looked at, up to 10 000 of each.",
}

NOT_STORED = {"Cache-Control": "no-store"}
CHALLENGE = {"WWW-Authenticate": "Bearer"}

Result = TypeVar("Result")

# asyncio itself forgets a task that nobody holds.
_ending: set[asyncio.Task[Any]] = set()


def health_routes(metrics_token: str | None) -> list[Route]:
    """The addresses for load balancers and monitors; /metrics only where there is a token to protect it."""
    monitoring = _Monitoring(metrics_token)
    routes = [Route("/healthz", healthz), Route("/readyz", monitoring.readyz)]
    return [*routes, Route("/metrics", monitoring.metrics)] if metrics_token else routes


async def healthz(_request: Request) -> Response:
    """The process runs."""
    return JSONResponse({"status": "ok"})


def _unavailable(database: str) -> Response:
    shown = {"status": "unavailable", "database": database}
    return JSONResponse(shown, status_code=503, headers=NOT_STORED | {"Retry-After": "2"})


class _Monitoring:
    """Readiness and metrics. The counts need the token: by them, a stranger could see whether a mail was sent."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    async def readyz(self, request: Request) -> Response:
        """The database takes changes; with the token, also how far behind the mail is. 503 when it does not."""
        try:
            if not await _in_time(takes_changes(), READY_WITHIN):
                return _unavailable("read-only")
            if not self._has_token(request):
                return JSONResponse({"status": "ok", "database": "ok"}, headers=NOT_STORED)
            backlog = await _in_time(read_backlog(now()), READY_WITHIN)
        except Exception:  # noqa: BLE001 - whatever it is, the process cannot serve
            return _unavailable("unreachable")
        # A mail server that is away is no reason to take no more requests: what they lead to waits.
        return JSONResponse({"status": "ok", "database": "ok", "mail": asdict(backlog)}, headers=NOT_STORED)

    async def metrics(self, request: Request) -> Response:
        """The counters of this machine's processes and the gauges of the database, in Prometheus' text format."""
        if not self._has_token(request):
            return JSONResponse({"status": "unauthorized"}, status_code=401, headers=NOT_STORED | CHALLENGE)
        try:
            backlog = await _in_time(read_backlog(now()), READY_WITHIN)
        except Exception:  # noqa: BLE001 - the counters are worth having without it
            backlog = None
        counted = generate_latest(_counted()) + generate_latest(_told_by_database(backlog))
        return Response(counted, media_type=CONTENT_TYPE_LATEST, headers=NOT_STORED)

    def _has_token(self, request: Request) -> bool:
        sent = bearer(request.headers.get("authorization", ""))
        if self._token is None or sent is None:
            return False
        # In a time that does not depend on where they differ.
        return hmac.compare_digest(sent.encode(), self._token.encode())


def _counted() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    together = CollectorRegistry()
    MultiProcessCollector(together)
    return together


def _told_by_database(backlog: Backlog | None) -> CollectorRegistry:
    told = CollectorRegistry()
    Gauge("usher_database_up", "Whether the database answers.", registry=told).set(backlog is not None)
    if backlog:
        for name, meaning in BACKLOG.items():
            Gauge(f"usher_{name}", meaning, registry=told).set(getattr(backlog, name.partition("_")[2]))
    return told


async def _in_time(work: Coroutine[Any, Any, Result], seconds: float) -> Result:
    """What work returns. Raises TimeoutError when it takes longer, and lets it end on its own.

    To cancel a statement takes an answer from the database as well: one that is silent would keep `wait_for`.
    """
    task = asyncio.create_task(work)
    _ending.add(task)
    task.add_done_callback(_forget)
    await asyncio.wait({task}, timeout=seconds)
    if task.done():
        return task.result()
    task.cancel()
    raise TimeoutError


def _forget(task: asyncio.Task[Any]) -> None:
    _ending.discard(task)
    if not task.cancelled():
        task.exception()
