"""/healthz, /readyz and /metrics."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from models.database import fetch_one

READY_WITHIN = 2.0

Result = TypeVar("Result")

# asyncio itself forgets a task that nobody holds.
_ending: set[asyncio.Task[Any]] = set()


def health_routes() -> list[Route]:
    """What load balancers and monitors ask."""
    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]


async def healthz(_request: Request) -> Response:
    """The process runs."""
    return JSONResponse({"status": "ok"})


async def readyz(_request: Request) -> Response:
    """The database answers; with how many notices wait. 503 when it does not."""
    try:
        waiting = await _in_time(_waiting_mail(), READY_WITHIN)
    except Exception:  # noqa: BLE001 - whatever it is, the process cannot serve
        return JSONResponse({"status": "unavailable", "database": "unreachable"}, status_code=503)
    return JSONResponse({"status": "ok", "database": "ok", "mail": waiting})


async def metrics(_request: Request) -> Response:
    """Counters in Prometheus' text format."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


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


async def _waiting_mail() -> dict[str, int]:
    row = await fetch_one(
        "SELECT count(*) AS waiting, count(*) FILTER (WHERE attempts > 1) AS retrying FROM deliveries"
        " WHERE sent_at IS NULL AND failed_at IS NULL"
    )
    return dict(row or {})
