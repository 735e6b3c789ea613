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
    "mail_waiting": "Notices that are not sent yet; 10 000 stands for that many or more.",
    "mail_retrying": "Waiting notices that failed before.",
    "mail_oldest_seconds": "Age of the oldest waiting notice.",
    "mail_unrelayed": "Events and requests for links that no relay has processed, up to 10 000 of each.",
}

NOT_STORED = {"Cache-Control": "no-store"}
CHALLENGE = {"WWW-Authenticate": "Bearer"}

Result = TypeVar("Result")

# asyncio keeps no strong reference to a task.
_running: set[asyncio.Task[Any]] = set()


def health_routes(metrics_token: str | None) -> list[Route]:
    """The routes for load balancers and monitoring; /metrics only with a token to protect it."""
    monitoring = _Monitoring(metrics_token)
    routes = [Route("/healthz", healthz), Route("/readyz", monitoring.readyz)]
    return [*routes, Route("/metrics", monitoring.metrics)] if metrics_token else routes


async def healthz(_request: Request) -> Response:
    """Answer that the process runs."""
    return JSONResponse({"status": "ok"})


def _unavailable(database: str) -> Response:
    body = {"status": "unavailable", "database": database}
    return JSONResponse(body, status_code=503, headers=NOT_STORED | {"Retry-After": "2"})


class _Monitoring:
    """Readiness and metrics. The backlog needs the token: it would show a stranger whether a mail was sent."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    async def readyz(self, request: Request) -> Response:
        """Answer that the database accepts writes, with the token also the backlog of mail; 503 if it does not."""
        try:
            if not await _within_timeout(takes_changes(), READY_WITHIN):
                return _unavailable("read-only")
            if not self._has_token(request):
                return JSONResponse({"status": "ok", "database": "ok"}, headers=NOT_STORED)
            backlog = await _within_timeout(read_backlog(now()), READY_WITHIN)
        except Exception:  # noqa: BLE001 - after any of them the process cannot serve
            return _unavailable("unreachable")
        # Readiness does not depend on the mail server: without it, mails wait.
        return JSONResponse({"status": "ok", "database": "ok", "mail": asdict(backlog)}, headers=NOT_STORED)

    async def metrics(self, request: Request) -> Response:
        """Answer the metrics of this machine's processes and of the database, in Prometheus' text format."""
        if not self._has_token(request):
            return JSONResponse({"status": "unauthorized"}, status_code=401, headers=NOT_STORED | CHALLENGE)
        try:
            backlog = await _within_timeout(read_backlog(now()), READY_WITHIN)
        except Exception:  # noqa: BLE001 - the other metrics need no database
            backlog = None
        text = generate_latest(_process_metrics()) + generate_latest(_database_metrics(backlog))
        return Response(text, media_type=CONTENT_TYPE_LATEST, headers=NOT_STORED)

    def _has_token(self, request: Request) -> bool:
        token = bearer(request.headers.get("authorization", ""))
        if self._token is None or token is None:
            return False
        return hmac.compare_digest(token.encode(), self._token.encode())


def _process_metrics() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return registry


def _database_metrics(backlog: Backlog | None) -> CollectorRegistry:
    registry = CollectorRegistry()
    Gauge("usher_database_up", "Whether the database answers.", registry=registry).set(backlog is not None)
    if backlog:
        for name, meaning in BACKLOG.items():
            Gauge(f"usher_{name}", meaning, registry=registry).set(getattr(backlog, name.partition("_")[2]))
    return registry


async def _within_timeout(work: Coroutine[Any, Any, Result], seconds: float) -> Result:
    """The result of work. Raises TimeoutError if it takes longer, without waiting for its cancellation.

    Cancelling a statement needs an answer of the database too, so `wait_for` would hang on one that is silent.
    """
    task = asyncio.create_task(work)
    _running.add(task)
    task.add_done_callback(_forget)
    await asyncio.wait({task}, timeout=seconds)
    if task.done():
        return task.result()
    task.cancel()
    raise TimeoutError


def _forget(task: asyncio.Task[Any]) -> None:
    _running.discard(task)
    if not task.cancelled():
        task.exception()
